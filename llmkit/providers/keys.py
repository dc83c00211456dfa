"""Keys and addresses: what the caller gave, else what the environment says.

Nothing is read at import, and nothing is kept: a variable that changes counts from the next
call on. No error shows a key.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from .._auth import KNOWN_PLACES, Credentials, credentials_for
from ..errors import ConfigurationError
from .checks import sendable, url
from .loader import find
from .placeholders import (
    base_url_for,
    filled,
    filled_query,
    placeholders_in,
    prefix,
    values_for,
)

if TYPE_CHECKING:
    from .provider import Provider


def key_variables(provider: Provider) -> tuple[str, ...]:
    """The variables that may hold the provider's key, in the order they are tried."""
    return tuple(dict.fromkeys((*provider.env, f"{prefix(provider)}_API_KEY")))


def resolve_key(provider: Provider, explicit: str | None = None) -> str | None:
    """The key for *provider*: the given one, else the first variable that holds one.

    Args:
        provider: whose key.
        explicit: a key that the caller gave; empty counts as none.

    Returns:
        The key without space around it, or None where none is needed: the provider takes
        no key at all, or there is none and it, or its `credentials`, can do without.

    Raises:
        ConfigurationError: there is none and it is needed, or it holds characters that no
            header can carry.
    """
    if provider.auth is None:
        return None
    if explicit is not None and not isinstance(explicit, str):
        raise ConfigurationError(
            f"{provider.name}: api_key must be text, not {type(explicit).__name__}"
        )
    variables = key_variables(provider)
    found = [("api_key", explicit), *((name, os.environ.get(name)) for name in variables)]
    for source, value in found:
        key = (value or "").strip()
        if key:
            return _checked(provider, source, key)
    if not provider.key_required or provider.credentials is not None:
        return None
    tried = " or ".join(variables)
    raise ConfigurationError(
        f"{provider.name}: no key; set {tried} in the environment, or give the client api_key=..."
    )


@frozen
class Address:
    """Where a provider's requests go.

    Args:
        base_url: the address below which the wire's paths are.
        query: query parameters of each request.
        places: the values of the placeholders.
    """

    base_url: str
    query: Mapping[str, str]
    places: Mapping[str, str]


def address_of(
    provider: Provider,
    explicit: str | None = None,
    placeholders: Mapping[str, str] | None = None,
    *,
    signed: bool = False,
) -> Address:
    """Where *provider* is, with every placeholder filled.

    Args:
        provider: who.
        explicit: an address that the caller gave.
        placeholders: values that the caller gave.
        signed: whether the provider's credentials sign, which may know a value themselves;
            its placeholder then stays for them.

    Raises:
        ConfigurationError: the address cannot be one, or a placeholder has no value.
    """
    template = _template(provider, explicit)
    left_open = KNOWN_PLACES.get(provider.credentials or "", ()) if signed else ()
    # The other addresses may lack a placeholder of this one, and never have one more.
    names = placeholders_in(template, *provider.query.values())
    values = values_for(provider, names, placeholders or {}, left_open=left_open)
    base_url = filled(provider, base_url_for(provider, template, values), values)
    return Address(base_url, filled_query(provider, values), values)


def base_url_of(provider: Provider, explicit: str | None = None) -> str:
    """The address of *provider*, without a slash at its end.

    In this order: *explicit*, `LLMKIT_<NAME>_BASE_URL`, the vendor's own variables, the
    provider's `base_url`. The vendor's variables stand in for the manifest's address only:
    one that was chosen in Python or in llmkit.toml is not overruled by, say, an
    OPENAI_BASE_URL that was set for another program.

    Raises:
        ConfigurationError: the address that was given cannot be one, or a placeholder in it
            has no value.
    """
    return address_of(provider, explicit, signed=provider.credentials is not None).base_url


def credentials_of(provider: Provider, address: Address) -> Credentials | None:
    """What signs the requests of *provider* where it has no key, or None where nothing does.

    Raises:
        ConfigurationError: the library for it is not installed.
    """
    if provider.credentials is None:
        return None
    found = (os.environ.get(name, "").strip() for name in provider.env_token)
    token = next(((name, text) for name, text in zip(provider.env_token, found) if text), None)
    return credentials_for(
        provider.credentials,
        scope=provider.scope,
        token=None if token is None else _checked(provider, *token),
        places=address.places,
    )


def _template(provider: Provider, explicit: str | None) -> str:
    """The address, its placeholders still in it."""
    if explicit is not None:
        # An empty one, of a variable that was not set, must not send the key to the real place.
        return _address(provider, "base_url", explicit)
    names = [f"{prefix(provider)}_BASE_URL"]
    manifest = find(provider.name)
    if manifest is None or manifest.base_url == provider.base_url:
        names += provider.env_base_url
    for name in names:
        value = os.environ.get(name, "").strip()
        if value:
            return _address(provider, name, value)
    return provider.base_url


def is_ready(provider: Provider) -> bool:
    """Whether *provider* could be called now: its key is there, or it needs none."""
    try:
        key = resolve_key(provider)
        address_of(provider, signed=key is None)
    except ConfigurationError:
        return False
    return True


def _checked(provider: Provider, source: str, key: str) -> str:
    if sendable(key):
        return key
    position = next(i for i, char in enumerate(key) if not sendable(char))
    what = "a control character" if key[position].isascii() else "a character outside of ASCII"
    raise ConfigurationError(
        f"{provider.name}: the key in {source} holds {what} at position {position}; "
        "it was probably not copied whole"
    )


def _address(provider: Provider, source: str, value: str) -> str:
    return url(f"{provider.name}: {source}", value).rstrip("/")
