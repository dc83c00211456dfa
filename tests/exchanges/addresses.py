"""Where a request goes: a manifest's address against the one that was recorded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import evolve, frozen

from llmkit import Provider
from llmkit.providers.keys import Address, address_of
from llmkit.providers.placeholders import PLACEHOLDER

from .moved import MOVED
from .recording import Recording


@frozen
class Place:
    """A provider's address, and what stands in its placeholders."""

    address: Address
    values: Mapping[str, str]

    def played_at(self, provider: Provider, playback: str) -> Provider:
        """*provider*, for whom the playback's address stands in the place of its host.

        Nobody signs: where there is no key, nothing is sent.
        """
        path = urlsplit(self.address.base_url).path
        return evolve(provider, base_url=playback + path, base_urls={}, credentials=None)

    def asked(self, path: str) -> str:
        """The URL that a client would have asked for, had the playback not stood there."""
        there = urlsplit(self.address.base_url)
        return f"{there.scheme}://{there.netloc}{path}"


def place_of(provider: Provider, recording: Recording) -> Place:
    """The address of *provider* for *recording*, its placeholders filled from what was recorded.

    What the recorded URL does not tell is "x": a difference in that is told by the comparison.
    """
    found = _found(provider, wanted_url(recording) or "")
    values = {**dict.fromkeys(provider.placeholders, "x"), **found}
    there = evolve(provider, closed=None)  # it answered when it was recorded
    return Place(address_of(there, None, values), values)


def wanted_url(recording: Recording) -> str | None:
    """The URL that was recorded, moved to where llmkit asks for the same; None: not recorded."""
    url = recording.url
    for moved in MOVED if url else ():
        if (moved.wire, moved.provider) == (recording.wire, recording.provider):
            url = re.sub(moved.pattern, moved.replacement, url or "")
    return url or None


def key_header(provider: str, key: str) -> tuple[str, str] | None:
    """The header in which a manifest's provider gets *key*; None: it is signed instead."""
    header = _KEY_HEADERS.get(provider, ("Authorization", "Bearer "))
    return None if header is None else (header[0], header[1] + key)


_KEY_HEADERS: Mapping[str, tuple[str, str] | None] = {
    # https://platform.claude.com/docs/en/api/overview#authentication
    "anthropic": ("x-api-key", ""),
    # https://learn.microsoft.com/azure/ai-foundry/openai/reference#authentication
    "azure-foundry": ("api-key", ""),
    "azure-openai": ("api-key", ""),
    "azure-openai-classic": ("api-key", ""),
    "azure-openai-responses": ("api-key", ""),
    # https://ai.google.dev/api#authentication
    "gemini": ("x-goog-api-key", ""),
    "vertex": ("x-goog-api-key", ""),
    # https://docs.cloud.google.com/vertex-ai/docs/authentication: a token, or nothing
    "vertex-anthropic": None,
}


def _found(provider: Provider, url: str) -> dict[str, str]:
    """The values of the placeholders that make the provider's address the start of *url*."""
    parts = urlsplit(url)
    start = f"{parts.scheme}://{parts.netloc}{parts.path}"
    values: dict[str, str] = {}
    for case, template in (("", provider.base_url), *provider.base_urls.items()):
        match = re.match(_pattern(template), start)
        if match:
            name, _, value = case.partition("=")
            values = {**match.groupdict(), **({name: value} if name else {})}
            break
    query = dict(parse_qsl(parts.query))
    for key, template in provider.query.items():
        match = re.fullmatch(_pattern(template), query.get(key, ""))
        values |= match.groupdict() if match else {}
    return values


def _pattern(template: str) -> str:
    seen: set[str] = set()
    pattern, end = "", 0
    for found in PLACEHOLDER.finditer(template):
        name = found[1]
        pattern += re.escape(template[end : found.start()])
        pattern += f"(?P={name})" if name in seen else f"(?P<{name}>[^/]+?)"
        seen.add(name)
        end = found.end()
    return pattern + re.escape(template[end:]) + r"(?=/|$)"


def same(one: str, other: str) -> bool:
    """Whether two URLs ask for the same: escapes and the order of a query do not count."""
    first, second = urlsplit(one), urlsplit(other)
    return (
        (first.scheme, first.netloc, unquote(first.path))
        == (second.scheme, second.netloc, unquote(second.path))
    ) and sorted(parse_qsl(first.query)) == sorted(parse_qsl(second.query))
