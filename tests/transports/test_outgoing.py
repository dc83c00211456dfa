"""The head of a request, as it goes over the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmkit._http import HttpRequest
from llmkit._transports.environment import Environment
from llmkit._transports.outgoing import Route, head, outgoing_headers
from llmkit.errors import ConfigurationError

ROUTE = Route.of("http://example.com:8080/v1/chat?a=1", Environment.read({}))
NAMES = st.sampled_from(
    ["Accept", "accept", "Content-Type", "Host", "content-length", "User-Agent", "X-%s", "x-a|b"]
)
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=8)


@given(st.dictionaries(NAMES, VALUES), st.sampled_from(["POST", "GET", "X%d"]), st.binary())
def test_a_head_is_the_request_line_and_the_headers(
    headers: dict[str, str], method: str, body: bytes
) -> None:
    """Whatever way it is made, a head says what `outgoing_headers` says, and the host once."""
    if "content-length" in headers:
        headers["content-length"] = str(len(body))
    request = HttpRequest(method, ROUTE.url, headers, body)
    wanted = outgoing_headers(request, ROUTE)
    lines = [f"{name}: {value}" for name, value in wanted.items()]
    if "Host" not in headers:
        lines.append("Host: example.com:8080")
    first, *told = head(request, ROUTE).decode("ascii").split("\r\n")
    assert first == f"{method} /v1/chat?a=1 HTTP/1.1"
    assert told[-2:] == ["", ""]
    assert sorted(told[:-2]) == sorted(lines)


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\0", "ä", "\x7f"])
def test_a_value_is_looked_at_each_time(value: str) -> None:
    """Names that were sent before let no value pass that HTTP does not allow."""
    head(HttpRequest("POST", ROUTE.url, {"x-known": "fine"}, b"{}"), ROUTE)
    with pytest.raises(ConfigurationError, match="x-known"):
        head(HttpRequest("POST", ROUTE.url, {"x-known": value}, b"{}"), ROUTE)
