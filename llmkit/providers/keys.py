"""Keys and addresses: what the caller gave, else what the environment says.

Nothing is read at import, and of the environment nothing is kept: a variable that changes
counts from the next call on. No error shows a key.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .._auth import EXCHANGED, KNOWN_PLACES, Credentials, credentials_for
from .._frozen import frozen
from ..errors import ConfigurationError
from .checks import sendable, url
from .loader import find, manifest_of
from .placeholders import (
    base_url_for,
    filled,
    filled_body,
    filled_query,
    placeholders_in,
    prefix,
    texts_in,
    values_for,
    variables_of,
)

if TYPE_CHECKING:
    from .._json import JsonValue
    from .provider import Provider


def key_variables(provider: Provider) -> tuple[str, ...]:
    """The variables that may hold the provider's key, in the order they are tried."""
    return tuple(dict.fromkeys((*provider.env, f"{prefix(provider)}_API_KEY")))


def address_variables(provider: Provider) -> tuple[str, ...]:
    """The variables that may hold another address for it, in the order they are tried."""
    names = [f"{prefix(provider)}_BASE_URL"]
    manifest = manifest_of(provider.name)
    if manifest is None or manifest.base_url == provider.base_url:
        names += provider.env_base_url
    return tuple(dict.fromkeys(names))


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
    key = _found(provider, explicit)
    if key is None and needs_key(provider):
        raise ConfigurationError(_no_key(provider))
    return key


def _found(provider: Provider, explicit: str | None) -> str | None:
    """The key that was given, else the environment's, else None."""
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
    return None


def needs_key(provider: Provider) -> bool:
    """Whether nothing goes to *provider* without a key."""
    return provider.auth is not None and provider.key_required and not _signs_alone(provider)


def _no_key(provider: Provider) -> str:
    tried = " or ".join(key_variables(provider))
    return (
        f"{provider.name}: no key; set {tried} in the environment, or give the client api_key=..."
    )


class KeyringKey:
    """A function that gives a provider's key from the OS keyring, which it asks once.

    Its repr does not show the key, and no pickle of it holds one.

    Args:
        provider: whose key.
        missing: what to say where the keyring has none.
    """

    def __init__(self, provider: str, missing: str) -> None:
        self._provider = provider
        self._missing = missing
        self._key: str | None = None

    def __call__(self) -> str:
        """The key.

        Raises:
            ConfigurationError: there is none, or the keyring cannot be asked.
        """
        if self._key is None:
            self._key = self._found()
        return self._key

    async def aget(self) -> str:
        """The key; the keyring, which may take its time, does not block the event loop."""
        if self._key is not None:
            return self._key
        import asyncio

        return await asyncio.to_thread(self)

    def __repr__(self) -> str:
        return f"keyring_key({self._provider!r})"

    def __reduce__(self) -> tuple[type[KeyringKey], tuple[str, str]]:
        return KeyringKey, (self._provider, self._missing)

    def _found(self) -> str:
        from . import os_keyring

        try:
            key = os_keyring.read(self._provider)
        except ConfigurationError as error:
            reason = str(error)
        else:
            if key is not None:
                return key
            reason = f"the OS keyring has none (`llmkit keys set {self._provider}` puts one there)"
        raise ConfigurationError(f"{self._missing}; {reason}")


def keyring_key(provider: str) -> KeyringKey:
    """A function for `api_key=` that gives the key which the OS keyring has for *provider*.

        client = Client("groq/llama-3.3-70b-versatile", api_key=keyring_key("groq"))

    The keyring is asked with the first request, and once. `llmkit keys set groq` puts a key
    there, under the service "llmkit" and the provider's name. Needs the extra `keyring`.

    Args:
        provider: a provider's name, or an alias of one that llmkit knows.
    """
    known = find(provider)
    name = known.name if known is not None else provider
    return KeyringKey(name, f"{name}: no key")


def key_or_keyring(provider: Provider, explicit: str | None = None) -> str | KeyringKey | None:
    """As `resolve_key`, but where a key is missing, what asks the OS keyring for it.

    Raises:
        ConfigurationError: a key that was found holds characters that no header can carry.
    """
    key = _found(provider, explicit)
    if key is not None or not needs_key(provider):
        return key
    asks = KeyringKey(provider.name, _no_key(provider))
    # What is to be exchanged for a token must be there before the exchange.
    return asks() if provider.credentials in EXCHANGED else asks


def _signs_alone(provider: Provider) -> bool:
    """Whether the provider's credentials need no key: they look for their own, or have a token."""
    if provider.credentials in EXCHANGED:
        return _token(provider) is not None
    return provider.credentials is not None


def _token(provider: Provider) -> str | None:
    """The token for the provider's credentials that the environment holds."""
    found = ((name, os.environ.get(name, "").strip()) for name in provider.env_token)
    return next((_checked(provider, name, text) for name, text in found if text), None)


@frozen
class Address:
    """Where a provider's requests go.

    Args:
        base_url: the address below which the wire's paths are.
        query: query parameters of each request.
        body: fields of each request's body.
        places: the values of the placeholders.
    """

    base_url: str
    query: Mapping[str, str]
    body: Mapping[str, JsonValue]
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
    check_open(provider, explicit)
    template = _template(provider, explicit)
    names, left_open = _places(provider, template, signed=signed)
    values = values_for(provider, names, placeholders or {}, left_open=left_open)
    base_url = filled(provider, base_url_for(provider, template, values), values)
    return Address(base_url, filled_query(provider, values), filled_body(provider, values), values)


def _places(
    provider: Provider, template: str, *, signed: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The placeholders that a request needs, and those of them that the credentials may fill."""
    said = placeholders_in(*texts_in(provider.body))
    known = KNOWN_PLACES.get(provider.credentials or "", ()) if signed else ()
    # The other addresses may lack a placeholder of this one, and never have one more.
    names = placeholders_in(template, *provider.query.values())
    # What the credentials know, they put into the address; the body they leave alone.
    return (*names, *said), tuple(name for name in known if name not in said)


def unfilled(provider: Provider, *, signed: bool = False) -> tuple[str, ...]:
    """The placeholders for which the environment has no value.

    Args:
        provider: whose.
        signed: as of `address_of`.

    Raises:
        ConfigurationError: an address that the environment gives cannot be one.
    """
    names, left_open = _places(provider, _template(provider, None), signed=signed)
    return tuple(
        name
        for name in dict.fromkeys(names)
        if name not in left_open and first_set(variables_of(provider, name)) is None
    )


def first_set(variables: Iterable[str]) -> str | None:
    """The first of *variables* that the environment has a value for, or None."""
    return next((name for name in variables if os.environ.get(name, "").strip()), None)


def check_open(provider: Provider, explicit: str | None = None) -> None:
    """Check that *provider* is not closed, or has an address other than its own.

    Args:
        provider: who.
        explicit: an address that the caller gave.

    Raises:
        ConfigurationError: it is closed; the error says since when.
    """
    if provider.closed is None or explicit is not None:
        return
    manifest = manifest_of(provider.name)
    own = provider.base_url if manifest is None else manifest.base_url
    if _template(provider, None) == own:
        raise ConfigurationError(
            f"{provider.name}: the provider is closed ({provider.closed}); "
            "where somebody serves its models, give that address as base_url=..."
        )


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


def credentials_of(
    provider: Provider, address: Address, key: str | None = None
) -> Credentials | None:
    """What signs the requests of *provider* instead of a key, or None where nothing does.

    Args:
        provider: who.
        address: where it is.
        key: the key that the credentials exchange for a token, where they are such.

    Raises:
        ConfigurationError: the library for it is not installed.
    """
    if provider.credentials is None:
        return None
    return credentials_for(
        provider.credentials,
        scope=provider.scope,
        token=_token(provider),
        places=address.places,
        key=key,
    )


def _template(provider: Provider, explicit: str | None) -> str:
    """The address, its placeholders still in it."""
    if explicit is not None:
        # An empty one, of a variable that was not set, must not send the key to the real place.
        return _address(provider, "base_url", explicit)
    for name in address_variables(provider):
        value = os.environ.get(name, "").strip()
        if value:
            return _address(provider, name, value)
    return provider.base_url


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
