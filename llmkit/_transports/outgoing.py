"""What is sent: the address and the headers, checked before any byte leaves."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from .._frozen import frozen
from .._http import HttpRequest
from ..errors import ConfigurationError
from .environment import Environment, Proxy

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
# RFC 9110 §5.5, without obs-text: requests would send it as Latin-1 and aiohttp as UTF-8.
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_DEFAULT_HEADERS = (
    ("accept", "*/*"),
    ("accept-encoding", "gzip, deflate"),
    ("user-agent", "llmkit"),
)
_OURS = frozenset({"host", "content-length", "transfer-encoding"})


@frozen(repr=False)
class Route:
    """Where a URL leads. Its repr would show the query, which may hold a key.

    Args:
        scheme: http or https.
        host: the name or address, without brackets.
        port: the port, the scheme's own where the URL has none.
        authority: host and port, the port only where it is not the scheme's own.
        target: path and query.
        url: the whole, quoted.
        proxy: the proxy on the way, or None.
    """

    scheme: str
    host: str
    port: int
    authority: str
    target: str
    url: str
    proxy: Proxy | None

    @property
    def forwarded(self) -> bool:
        """Whether a proxy reads and forwards the request, rather than tunnel to the host."""
        return self.proxy is not None and self.scheme == "http"

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken, with the host or the proxy."""
        return self.url.startswith("https:") or (
            self.proxy is not None and self.proxy.url.startswith("https:")
        )

    @classmethod
    def of(cls, url: str, environment: Environment) -> Route:
        """The route to *url*.

        Raises:
            ConfigurationError: *url* cannot be sent to, or the proxy's setting is unusable.
        """
        # urlsplit drops line breaks in silence, so the text is looked at before.
        if not _PRINTABLE.fullmatch(url):
            raise ConfigurationError("the URL holds a character that must be percent-encoded")
        try:
            parts = urlsplit(url)
            scheme, host, port = parts.scheme, parts.hostname, parts.port
        except ValueError:
            scheme, host, port = "", None, None
        if scheme not in _DEFAULT_PORTS or not host:
            raise ConfigurationError("the URL is not an http:// or https:// address with a host")
        if parts.username is not None:
            raise ConfigurationError(f"the URL to {host} holds a user; send it as a header")
        authority = f"[{host}]" if ":" in host else host
        if port is not None and port != _DEFAULT_PORTS[scheme]:
            authority += f":{port}"
        port = port or _DEFAULT_PORTS[scheme]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # Both libraries would quote these few, each its own set.
        target = quote(target, safe="!$%&'()*+,/:;=?@~")
        url = f"{scheme}://{authority}{target}"
        return cls(
            scheme, host, port, authority, target, url, environment.proxy(scheme, host, port)
        )


@lru_cache(maxsize=256)
def lower_token(name: str) -> str | None:
    """*name* in lower case, or None where HTTP allows no such name."""
    return name.lower() if _TOKEN.fullmatch(name) else None


def outgoing_headers(request: HttpRequest, route: Route) -> dict[str, str]:
    """The headers of *request*, with what HTTP needs where it is missing.

    Raises:
        ConfigurationError: HTTP cannot carry one of them; the text names it, never its value.
    """
    headers: dict[str, str] = {}
    present = set()
    for name, value in request.headers.items():
        lower = lower_token(name)
        # The text's own methods say most of what the pattern does, and sooner.
        plain = value.isascii() and value.isprintable()
        if lower is None or not (plain or _VALUE.fullmatch(value)):
            raise ConfigurationError(f"header {name!r} holds a character that HTTP does not allow")
        if lower == "transfer-encoding" or (
            lower == "content-length" and value != str(len(request.body))
        ):
            raise ConfigurationError(f"header {name!r} is not what the body needs")
        if lower != "content-length":
            headers[name] = value
            present.add(lower)
    headers |= {name: value for name, value in _DEFAULT_HEADERS if name not in present}
    if request.body or request.method not in ("GET", "HEAD"):
        headers["Content-Length"] = str(len(request.body))
    if request.body and "content-type" not in present:
        headers["content-type"] = "application/octet-stream"
    if route.proxy and route.forwarded:
        headers |= route.proxy.headers  # by way of a tunnel, CONNECT has them
    return headers


@lru_cache(maxsize=256)
def _form(method: str, names: tuple[str, ...], body: bool) -> str | None:
    """The head of a request with headers of these names, to be filled in; None where it takes
    more than that. One client's requests are all alike: it spares 3 of a call's 100 µs.
    """
    lower = [lower_token(name) for name in names]
    if lower_token(method) is None or method in ("GET", "HEAD") or not body:
        return None
    if None in lower or not _OURS.isdisjoint(lower):
        return None
    fixed = [f"{name}: {value}\r\n" for name, value in _DEFAULT_HEADERS if name not in lower]
    given = [f"{name.replace('%', '%%')}: %s\r\n" for name in names]
    kind = "" if "content-type" in lower else "content-type: application/octet-stream\r\n"
    first = f"{method.replace('%', '%%')} %s HTTP/1.1\r\nHost: %s\r\n"
    return "".join((first, *given, *fixed, "Content-Length: %d\r\n", kind, "\r\n"))


def head(request: HttpRequest, route: Route) -> bytes:
    """The head of *request*, as it goes over the line.

    Raises:
        ConfigurationError: as `outgoing_headers`.
    """
    values = tuple(request.headers.values())
    text = "".join(values)
    if text.isascii() and text.isprintable() and not route.forwarded:
        form = _form(request.method, tuple(request.headers), bool(request.body))
        if form is not None:
            sent = form % (route.target, route.authority, *values, len(request.body))
            return sent.encode("ascii")
    if lower_token(request.method) is None:
        raise ConfigurationError("the method holds a character that HTTP does not allow")
    headers = outgoing_headers(request, route)
    if "host" not in map(lower_token, headers):
        headers = {"Host": route.authority, **headers}
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    # A proxy that forwards is told the whole URL.
    target = route.url if route.forwarded else route.target
    return f"{request.method} {target} HTTP/1.1\r\n{lines}\r\n".encode("ascii")
