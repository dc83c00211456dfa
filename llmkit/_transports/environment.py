"""Proxies and the CA bundle, read from the environment once and handed to both colours alike.

The names and rules are those that curl and requests share:
https://everything.curl.dev/usingcurl/proxies/env.html and
https://requests.readthedocs.io/en/latest/user/advanced/#proxies
"""

from __future__ import annotations

import base64
import ipaddress
import os
import ssl
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import certifi
from attrs import field

from .._frozen import frozen
from ..errors import ConfigurationError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@frozen
class Setting:
    """A variable and its value, which stays out of the repr: a proxy's may hold a password."""

    variable: str
    value: str = field(repr=False)


@frozen
class Proxy:
    """A proxy as it is used.

    Args:
        url: scheme, host and port; without the user.
        authorization: the value of `Proxy-Authorization`, or None.
    """

    url: str
    authorization: str | None = field(default=None, repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """What the proxy alone is told."""
        return {"proxy-authorization": self.authorization} if self.authorization else {}


@frozen
class Exemption:
    """One entry of `NO_PROXY`: `*`, a host and its subdomains, an address or a network.

    Args:
        name: the host, lower case, without a leading dot.
        port: the only port that the entry is about, or None for all.
        network: the addresses that the entry is about, where it is not a host.
    """

    name: str
    port: int | None = None
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None = None

    @classmethod
    def of(cls, entry: str) -> Exemption:
        """*entry* understood; whatever is not an address is a host."""
        network = _network(entry)
        if network is not None:
            return cls(entry, network=network)
        name, colon, digits = entry.rpartition(":")
        if colon and digits.isdigit():
            return cls(name.strip("[]").lstrip("."), int(digits), _network(name.strip("[]")))
        return cls(entry.lstrip("."))

    def covers(self, host: str, port: int) -> bool:
        """Whether a call to *host* goes past the proxy."""
        if self.port is not None and self.port != port:
            return False
        if self.name == "*":
            return True
        if self.network is not None:
            address = _network(host)
            return address is not None and address.network_address in self.network
        return host == self.name or host.endswith(f".{self.name}")


@frozen
class Environment:
    """What a transport takes from the process's environment.

    Args:
        http: the proxy for http URLs.
        https: the proxy for https URLs.
        exemptions: the hosts that are reached without a proxy.
        ca_bundle: the file or directory of the CAs to trust, instead of certifi's.
    """

    http: Setting | None = None
    https: Setting | None = None
    exemptions: tuple[Exemption, ...] = ()
    ca_bundle: Setting | None = None

    @classmethod
    def read(cls, variables: Mapping[str, str] | None = None) -> Environment:
        """The environment as it is now.

        Args:
            variables: where to read instead of `os.environ`.
        """
        source = os.environ if variables is None else variables
        other = _proxy_setting(source, "all_proxy")
        no_proxy = source.get("no_proxy", source.get("NO_PROXY", ""))
        return cls(
            http=_proxy_setting(source, "http_proxy") or other,
            https=_proxy_setting(source, "https_proxy") or other,
            exemptions=tuple(map(Exemption.of, no_proxy.lower().replace(",", " ").split())),
            ca_bundle=next(
                (Setting(name, source[name]) for name in _CA_VARIABLES if source.get(name)), None
            ),
        )

    def proxy(self, scheme: str, host: str, port: int) -> Proxy | None:
        """The proxy on the way to *host*, or None.

        Raises:
            ConfigurationError: the variable that names it holds nothing usable.
        """
        setting = self.https if scheme == "https" else self.http
        if setting is None:
            return None
        name = host.lower().rstrip(".")
        if any(exemption.covers(name, port) for exemption in self.exemptions):
            return None
        return _proxy(setting)

    def tls_context(self) -> ssl.SSLContext:
        """A context that verifies servers against the CA bundle.

        Raises:
            ConfigurationError: the variable that names the bundle names no readable one.
        """
        path = self.ca_bundle.value if self.ca_bundle else certifi.where()
        try:
            if os.path.isdir(path):
                context = ssl.create_default_context(capath=path)
            else:
                context = ssl.create_default_context(cafile=path)
        except (OSError, ValueError):
            context = None
        if context is None:
            source = self.ca_bundle.variable if self.ca_bundle else "certifi"
            raise ConfigurationError(f"{source}: {path!r} is not a readable CA bundle")
        context.set_alpn_protocols(["http/1.1"])
        return context


def _proxy_setting(source: Mapping[str, str], name: str) -> Setting | None:
    upper = name.upper()
    # In a CGI process HTTP_PROXY is the client's `Proxy:` header (https://httpoxy.org).
    forged = upper == "HTTP_PROXY" and "REQUEST_METHOD" in source
    variable = upper if name not in source and not forged else name
    value = source.get(variable, "").strip()
    return Setting(variable, value) if value else None


def _proxy(setting: Setting) -> Proxy:
    value = setting.value if "://" in setting.value else f"http://{setting.value}"
    try:
        parts = urlsplit(value)
        scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme.startswith("socks"):
        raise ConfigurationError(
            f"{setting.variable} names a SOCKS proxy; only http and https proxies are supported"
        )
    if scheme not in _DEFAULT_PORTS or not host:
        raise ConfigurationError(
            f"{setting.variable} is not the URL of a proxy, such as http://127.0.0.1:3128"
        )
    place = f"[{host}]" if ":" in host else host
    user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return Proxy(
        f"{scheme}://{place}:{port or _DEFAULT_PORTS[scheme]}",
        "Basic " + base64.b64encode(user.encode()).decode() if parts.username else None,
    )


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
