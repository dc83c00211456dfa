"""Proxies, exemptions and CA bundles from the environment: alike in both colours."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from llmkit import errors
from llmkit._http import Timeout
from llmkit._transports.environment import Environment

from .colour import Colour, post, read_all, soon
from .conftest import Authority
from .proxy_server import ProxyServer
from .wire_server import CHUNKED, END, Act, Script, WireServer, answer, chunk, drip

Make = Callable[..., Colour]
BASIC = "Basic " + base64.b64encode(b"me:p@ss").decode()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("prefix", ["http://", ""])
def test_an_http_call_is_forwarded(make_colour: Make, variable: str, prefix: str) -> None:
    """An http URL goes whole to the proxy that the environment names, in either case."""
    with WireServer() as server, ProxyServer() as proxy:
        environment = Environment.read({variable: prefix + proxy.address})
        assert make_colour(environment=environment).send(post(server.url)).status == 200
        assert proxy.received[0].target == server.url
        assert server.received[0].target == "/v1/chat"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_an_https_call_is_tunnelled(make_colour: Make, authority: Authority, variable: str) -> None:
    """An https URL goes through CONNECT, and the proxy sees neither path nor key."""
    with WireServer(tls=authority.server) as server, ProxyServer() as proxy:
        environment = Environment.read(
            {variable: f"http://{proxy.address}", "SSL_CERT_FILE": authority.bundle}
        )
        request = post(server.url, headers={"authorization": "Bearer secret"})
        assert make_colour(environment=environment).send(request).status == 200
        [seen] = proxy.received
        assert (seen.method, seen.target) == ("CONNECT", f"127.0.0.1:{server.port}")
        assert "authorization" not in seen.headers
        assert server.received[0].headers["authorization"] == "Bearer secret"


def test_an_https_proxy_is_spoken_to_in_tls(make_colour: Make, authority: Authority) -> None:
    """A proxy whose URL is https is verified like a server, and tunnels TLS within TLS."""
    with WireServer(tls=authority.server) as server, ProxyServer(tls=authority.server) as proxy:
        variables = {"ALL_PROXY": f"https://{proxy.address}", "SSL_CERT_FILE": authority.bundle}
        colour = make_colour(environment=Environment.read(variables))
        assert colour.send(post(server.url)).status == 200
        with WireServer() as plain:
            assert colour.send(post(plain.url)).status == 200
        assert [seen.method for seen in proxy.received] == ["CONNECT", "POST"]


@pytest.mark.parametrize("secure", [False, True])
def test_the_proxy_is_told_its_user(make_colour: Make, authority: Authority, secure: bool) -> None:
    """User and password of the proxy's URL become Proxy-Authorization, for the proxy alone."""
    tls = authority.server if secure else None
    with WireServer(tls=tls) as server, ProxyServer(credentials=BASIC) as proxy:
        variables = {
            "ALL_PROXY": f"http://me:p%40ss@{proxy.address}",
            "SSL_CERT_FILE": authority.bundle,
        }
        colour = make_colour(environment=Environment.read(variables))
        for _ in range(2):
            assert colour.send(post(server.url)).status == 200
        if secure:
            assert "proxy-authorization" not in server.received[0].headers


def test_a_proxy_that_refuses(make_colour: Make, authority: Authority) -> None:
    """Behind a proxy that wants another user, nothing was sent; the error shows no password."""
    with WireServer(tls=authority.server) as server, ProxyServer(credentials=BASIC) as proxy:
        variables = {"ALL_PROXY": f"http://me:hidden@{proxy.address}"}
        colour = make_colour(environment=Environment.read(variables))
        with pytest.raises(errors.RequestNotSentError, match="407") as caught:
            colour.send(post(server.url + "?key=hidden"))
        assert "hidden" not in str(caught.value)
        assert caught.value.__context__ is None


def test_a_proxy_that_is_not_there(make_colour: Make, authority: Authority) -> None:
    """Without its proxy a call is not sent past it."""
    with WireServer(tls=authority.server) as server, ProxyServer() as proxy:
        pass
    variables = {"ALL_PROXY": f"http://{proxy.address}"}
    with pytest.raises(errors.RequestNotSentError):
        make_colour(environment=Environment.read(variables)).send(post(server.url))


def test_a_proxy_that_is_silent(make_colour: Make, authority: Authority) -> None:
    """`connect` counts the proxy's answer to CONNECT."""
    with WireServer(tls=authority.server) as server, ProxyServer(silent=True) as proxy:
        variables = {"ALL_PROXY": f"http://{proxy.address}"}
        colour = make_colour(environment=Environment.read(variables))
        with pytest.raises(errors.TimeoutError) as caught:
            colour.send(post(server.url), Timeout(connect=0.2))
        assert caught.value.limit == "connect"
        colour.settle()


@pytest.mark.parametrize("value", ["socks5://127.0.0.1:1080", "socks5h://127.0.0.1:1080"])
def test_socks_is_refused(make_colour: Make, value: str) -> None:
    """A SOCKS proxy is an error that names the variable; a host exempt from it is reached."""
    environment = Environment.read({"ALL_PROXY": value, "NO_PROXY": "127.0.0.1"})
    colour = make_colour(environment=environment)
    with pytest.raises(errors.ConfigurationError, match="ALL_PROXY"):
        colour.send(post("http://example.invalid/"))
    with WireServer() as server:
        assert colour.send(post(server.url)).status == 200


@pytest.mark.parametrize("value", ["ftp://127.0.0.1:1", "http://", "http://127.0.0.1:x"])
def test_an_unusable_proxy_is_refused(make_colour: Make, value: str) -> None:
    """A variable that names no proxy is an error that names the variable."""
    colour = make_colour(environment=Environment.read({"http_proxy": value}))
    with pytest.raises(errors.ConfigurationError, match="http_proxy"):
        colour.send(post("http://example.invalid/"))


EXEMPT = [
    ("*", "any.example", 80),
    ("example.com", "example.com", 80),
    ("example.com", "api.example.com", 80),
    (".example.com", "api.example.com", 80),
    (".example.com", "example.com", 80),
    ("EXAMPLE.com", "Example.COM", 80),
    ("other.org, example.com", "example.com", 80),
    ("other.org example.com", "example.com.", 80),
    ("example.com:8080", "example.com", 8080),
    ("10.0.0.1", "10.0.0.1", 80),
    ("10.0.0.0/8", "10.20.30.40", 80),
    ("10.0.0.1:8080", "10.0.0.1", 8080),
    ("::1", "::1", 80),
    ("[::1]:8080", "::1", 8080),
    ("fd00::/8", "fd12::1", 80),
]
NOT_EXEMPT = [
    ("", "example.com", 80),
    ("example.com", "notexample.com", 80),
    ("example.com", "example.com.evil.org", 80),
    ("example.com:8080", "example.com", 80),
    ("10.0.0.0/8", "11.0.0.1", 80),
    ("10.0.0.0/8", "example.com", 80),
    ("10.0.0.1:8080", "10.0.0.1", 80),
    ("example.com", "localhost", 80),
    ("example.com", "127.0.0.1", 80),
]


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize(
    ("rules", "host", "port", "exempt"),
    [(*case, True) for case in EXEMPT] + [(*case, False) for case in NOT_EXEMPT],
)
def test_no_proxy(variable: str, rules: str, host: str, port: int, exempt: bool) -> None:
    """NO_PROXY: hosts with their subdomains, ports, addresses, networks and `*`; nothing else."""
    environment = Environment.read({"ALL_PROXY": "http://proxy:3128", variable: rules})
    assert (environment.proxy("http", host, port) is None) is exempt


def test_an_exempt_host_is_reached_directly(make_colour: Make) -> None:
    """A call to an exempt host does not touch the proxy."""
    with WireServer() as server, ProxyServer() as proxy:
        variables = {"ALL_PROXY": f"http://{proxy.address}", "NO_PROXY": f"127.0.0.1:{server.port}"}
        assert (
            make_colour(environment=Environment.read(variables)).send(post(server.url)).status
            == 200
        )
        assert proxy.received == []


def test_the_scheme_has_its_own_proxy() -> None:
    """HTTP_PROXY is for http, HTTPS_PROXY for https, lower case before upper, and empty is none."""
    environment = Environment.read(
        {
            "http_proxy": "http://lower:1",
            "HTTP_PROXY": "http://upper:1",
            "HTTPS_PROXY": "secure:2",
        }
    )
    http = environment.proxy("http", "a.example", 80)
    https = environment.proxy("https", "a.example", 443)
    assert http is not None
    assert https is not None
    assert (http.url, https.url) == ("http://lower:1", "http://secure:2")
    emptied = Environment.read({"http_proxy": "", "HTTP_PROXY": "http://upper:1"})
    assert emptied.proxy("http", "a.example", 80) is None


def test_a_cgi_client_cannot_name_the_proxy() -> None:
    """In a CGI process HTTP_PROXY comes from the client's headers (httpoxy): not believed."""
    environment = Environment.read({"HTTP_PROXY": "http://evil:1", "REQUEST_METHOD": "POST"})
    assert environment.proxy("http", "a.example", 80) is None


def test_no_repr_holds_the_password() -> None:
    """A proxy's password is in no repr."""
    environment = Environment.read({"ALL_PROXY": "http://me:hidden@proxy:3128"})
    assert "hidden" not in repr(environment)
    proxy = environment.proxy("http", "a.example", 80)
    assert "hidden" not in repr(proxy)
    assert base64.b64encode(b"me:hidden").decode() not in repr(proxy)


def test_the_environment_is_read_when_the_transport_is_made(
    make_colour: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the environment says later changes no transport that exists."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with WireServer() as server, ProxyServer() as proxy:
        before = make_colour(environment=None)
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
        after = make_colour(environment=None)
        before.send(post(server.url))
        assert len(proxy.received) == 0
        after.send(post(server.url))
        assert len(proxy.received) == 1


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_private_ca(make_colour: Make, authority: Authority, variable: str) -> None:
    """A server of a private CA is trusted where the environment names its bundle; the
    connection is used again, for a stream too."""
    stream = (CHUNKED + chunk(b"1"), chunk(b"2") + END)
    with WireServer((answer(),), stream, (answer(),), tls=authority.server) as server:
        environment = Environment.read({variable: authority.bundle})
        colour = make_colour(environment=environment)
        assert colour.send(post(server.url)).status == 200
        assert read_all(colour.stream(post(server.url))) == b"12"
        assert colour.send(post(server.url)).status == 200
        assert server.connections == 1


def test_an_unknown_ca_is_not_trusted(colour: Colour, authority: Authority) -> None:
    """A certificate of a CA that nobody named ends the call before anything is sent."""
    with WireServer(tls=authority.server) as server:
        with pytest.raises(errors.RequestNotSentError, match="certificate verify failed") as caught:
            colour.send(post(server.url))
        assert server.received == []
        assert caught.value.__context__ is None
        colour.settle()


def test_a_certificate_for_another_host_is_not_trusted(
    make_colour: Make, authority: Authority
) -> None:
    """The name must match, whoever signed."""
    with WireServer(tls=authority.stranger) as server:
        colour = make_colour(environment=Environment.read({"SSL_CERT_FILE": authority.bundle}))
        with pytest.raises(errors.RequestNotSentError, match="certificate verify failed"):
            colour.send(post(server.url))
        assert server.received == []
        colour.settle()


def test_a_bundle_that_cannot_be_read(make_colour: Make, tmp_path: object) -> None:
    """A variable that names no bundle is an error that names the variable."""
    environment = Environment.read({"REQUESTS_CA_BUNDLE": f"{tmp_path}/none.pem"})
    with pytest.raises(errors.ConfigurationError, match="REQUESTS_CA_BUNDLE"):
        make_colour(environment=environment).send(post("https://127.0.0.1:1/"))


def test_the_deadline_holds_in_tls_within_tls(make_colour: Make, authority: Authority) -> None:
    """A tunnel through an https proxy is cut like any connection, more than once."""
    script = (CHUNKED, *drip(b"0" * 200, 0.05))
    with (
        WireServer(script, tls=authority.server) as server,
        ProxyServer(tls=authority.server) as proxy,
    ):
        variables = {"ALL_PROXY": f"https://{proxy.address}", "SSL_CERT_FILE": authority.bundle}
        colour = make_colour(environment=Environment.read(variables))
        for _ in range(2):
            with pytest.raises(errors.TimeoutError) as caught:
                colour.send(post(server.url), Timeout(total=0.3), soon(0.3))
            assert caught.value.limit == "total"
        colour.settle()


def test_the_port_speaks_no_tls(colour: Colour) -> None:
    """A server that answers the handshake with something else: nothing was sent."""
    with WireServer(greeting=(b"HTTP/1.1 400 Bad Request\r\n\r\n", Act.HOLD)) as server:
        with pytest.raises(errors.RequestNotSentError):
            colour.send(post(server.url.replace("http:", "https:")))
        colour.settle()


@pytest.mark.parametrize(
    "greeting",
    [(Act.HOLD,), drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 200, 0.05)],
    ids=["silence", "dripping handshake"],
)
def test_connect_bounds_the_handshake(colour: Colour, greeting: Script) -> None:
    """`connect` counts the TLS handshake, one that drips too."""
    with WireServer(greeting=greeting) as server:
        with pytest.raises(errors.TimeoutError) as caught:
            colour.send(post(server.url.replace("http:", "https:")), Timeout(connect=0.3))
        assert caught.value.limit == "connect"
        colour.settle()
        server.wait_for_open(0)


@pytest.mark.parametrize("where", ["head", "body"])
def test_limits_hold_over_tls(make_colour: Make, authority: Authority, where: str) -> None:
    """Silence and deadline end a call over TLS as they do without."""
    script: Script = (Act.HOLD,) if where == "head" else (CHUNKED + chunk(b"1"), Act.HOLD)
    with WireServer(script, tls=authority.server) as server:
        colour = make_colour(environment=Environment.read({"SSL_CERT_FILE": authority.bundle}))
        with pytest.raises(errors.TimeoutError) as silence:
            colour.send(post(server.url), Timeout(read=0.1))
        assert silence.value.limit == "read"
        with pytest.raises(errors.TimeoutError) as overall:
            colour.send(post(server.url), Timeout(total=0.2), soon(0.2))
        assert overall.value.limit == "total"
        colour.settle()
        server.wait_for_open(0)
