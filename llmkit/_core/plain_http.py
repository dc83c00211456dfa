"""Keys that go over plain http, where whoever is on the way can read them."""

from __future__ import annotations

import warnings
from urllib.parse import urlsplit

from .._http import HttpRequest
from .._models.adjustments import stacklevel
from .._redaction import secrets_of
from ..errors import InsecureConnectionWarning
from .call import Target


class PlainHosts:
    """The hosts beyond this machine that a client sends a key to without TLS: each is told once."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._settled: set[str] = set()  # addresses that need no second look

    def check(self, target: Target, http: HttpRequest) -> None:
        """Warn where *http* takes a key of *target*'s, or one of its own, over plain http."""
        if target.base_url in self._settled:
            return
        host = host_in_plain(target.base_url)
        if host is None or host in self._told or target.provider.transport != "http":
            self._settled.add(target.base_url)
            return
        keyed = target.key is not None or target.credentials is not None
        if not keyed and not secrets_of(http.headers, http.url):
            return
        warnings.warn(
            f"{target.provider.name}: the key goes to {host} over plain http, where whoever is on "
            "the way can read it, and change the answer; use https, or a tunnel to a local port",
            InsecureConnectionWarning,
            stacklevel=stacklevel(),
        )
        self._told.add(host)  # only now: where the warning is an error, it is one each time


def host_in_plain(url: str) -> str | None:
    """The host of *url* where it is not this machine and nothing encrypts the way to it."""
    parts = urlsplit(url)
    if parts.scheme != "http":
        return None
    host = (parts.hostname or "").rstrip(".")
    return None if _is_local(host) else host


def _is_local(host: str) -> bool:
    """Whether *host* is this machine: its own names (RFC 6761, 6.3), or its own addresses."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    import ipaddress  # few hosts need it

    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
