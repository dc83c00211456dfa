"""Placeholders: the parts of an address that are the user's own, such as a region.

base_url = "https://{region}.example.com/v1"

[placeholders]
region = ["EXAMPLE_REGION"]  # the environment variables that may hold it, in order

[base_urls]
"region=world" = "https://example.com/v1"  # where one of the values has an address of its own
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from .._json import JsonValue
    from .provider import Provider

PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_HOST: Final = re.compile(r"https?://[^/]*")
# What may stand in a host's name: RFC 1123, 2.1. A port, a user or a path may not begin there.
_LABELS: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def placeholders_in(*templates: str) -> tuple[str, ...]:
    """The names in braces, each once, in order."""
    return tuple(dict.fromkeys(name for text in templates for name in PLACEHOLDER.findall(text)))


def variables_of(provider: Provider, name: str) -> tuple[str, ...]:
    """The variables that may hold the placeholder *name*, in the order they are tried."""
    own = f"{prefix(provider)}_{name.upper()}"
    return tuple(dict.fromkeys((*provider.placeholders.get(name, ()), own)))


def prefix(provider: Provider) -> str:
    """What the names of llmkit's own variables for *provider* begin with."""
    return "LLMKIT_" + re.sub(r"[^A-Z0-9]", "_", provider.name.upper())


def check_given(provider: Provider, given: Mapping[str, str]) -> None:
    """Check what a client was given.

    Raises:
        ConfigurationError: the provider has no such placeholder, or the value is not text.
    """
    for name, value in given.items():
        if name not in provider.placeholders:
            known = ", ".join(provider.placeholders) or "none"
            raise ConfigurationError(
                f"{provider.name}: there is no placeholder {name!r}; it has {known}"
            )
        if not isinstance(value, str):
            raise ConfigurationError(
                f"{provider.name}: placeholders[{name!r}] must be text, not {type(value).__name__}"
            )


def values_for(
    provider: Provider,
    names: Iterable[str],
    given: Mapping[str, str],
    *,
    left_open: Iterable[str] = (),
) -> dict[str, str]:
    """The values of the placeholders *names*: the given ones, else the environment's.

    Args:
        provider: whose placeholders they are.
        names: which.
        given: values that the caller gave; an empty one counts as none.
        left_open: those that somebody else fills later, where nothing is found here.

    Raises:
        ConfigurationError: one has no value; the error names each place that was tried.
    """
    values: dict[str, str] = {}
    for name in names:
        if name not in provider.placeholders:
            raise ConfigurationError(f"{provider.name}: there is no placeholder {name!r}")
        variables = variables_of(provider, name)
        found = [given.get(name), *(os.environ.get(variable) for variable in variables)]
        value = next((text for text in ((item or "").strip() for item in found) if text), None)
        if value is not None:
            values[name] = value
        elif name not in left_open:
            tried = " or ".join(variables)
            raise ConfigurationError(
                f"{provider.name}: no value for {{{name}}}; set {tried} in the environment, "
                f"or give the client placeholders={{{name!r}: ...}}"
            )
    return values


def base_url_for(provider: Provider, base_url: str, values: Mapping[str, str]) -> str:
    """*base_url*, or where it is the provider's, the one that one of the *values* has."""
    if base_url != provider.base_url:
        return base_url
    for name, value in values.items():
        special = provider.base_urls.get(f"{name}={value}")
        if special is not None:
            return special
    return base_url


def filled(provider: Provider, base_url: str, values: Mapping[str, str]) -> str:
    """*base_url* with the *values* in it; a placeholder without a value stays.

    A value for the host may be the whole address: "https://host/".

    Raises:
        ConfigurationError: a value cannot stand where its placeholder does.
    """
    host = _HOST.match(base_url)
    end = host.end() if host else 0

    def put(found: re.Match[str]) -> str:
        name = found[1]
        if name not in values:
            return found[0]
        value = values[name]
        if found.start() < end:
            value = _host_of(value, base_url[: found.start()], base_url[found.end() : end])
            if not _LABELS.fullmatch(value) or ".." in value:
                raise _wrong(provider, name, "letters, digits, '-' and '.', for a host's name")
            return value
        if "/" in value or "\\" in value or not value.isprintable() or value in (".", ".."):
            raise _wrong(provider, name, "printable text without slashes, for one step of a path")
        return quote(value, safe=":")

    return PLACEHOLDER.sub(put, base_url)


def _host_of(value: str, before: str, after: str) -> str:
    """*value* without what the address has around it.

    DATABRICKS_HOST, as Databricks' own tools want it, is "https://dbc-1.cloud.databricks.com/".
    """
    if not before.endswith("://") or not value.lower().startswith(before.lower()):
        return value
    value = value[len(before) :].rstrip("/")
    return value.removesuffix(after) if after else value


def filled_query(provider: Provider, values: Mapping[str, str]) -> dict[str, str]:
    """The provider's query parameters with the *values* in them; encoded when they are sent.

    Raises:
        ConfigurationError: a value holds control characters.
    """
    for name in placeholders_in(*provider.query.values()):
        if not values.get(name, "").isprintable():
            raise _wrong(provider, name, "printable text")
    return {
        key: PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
        for key, text in provider.query.items()
    }


def texts_in(value: object) -> Iterator[str]:
    """Every text in *value*, a JSON value; names in objects are not among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_in(item)


def filled_body(provider: Provider, values: Mapping[str, str]) -> dict[str, JsonValue]:
    """The provider's fields of the body with the *values* in their texts, as plain JSON.

    Raises:
        ConfigurationError: a value holds control characters.
    """
    if not provider.body:
        return {}
    for name in placeholders_in(*texts_in(provider.body)):
        if not values.get(name, "").isprintable():
            raise _wrong(provider, name, "printable text")
    return {name: _filled(item, values) for name, item in provider.body.items()}


def _filled(value: JsonValue, values: Mapping[str, str]) -> JsonValue:
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        return {name: _filled(item, values) for name, item in value.items()}
    return [_filled(item, values) for item in value] if isinstance(value, tuple) else value


def _wrong(provider: Provider, name: str, meaning: str) -> ConfigurationError:
    # The value is not shown: it might be a key that was put in the wrong place.
    return ConfigurationError(f"{provider.name}: the value of {{{name}}} must be {meaning}")
