"""Keys and addresses: what the caller gave, else what the environment says.

Nothing is read at import, and nothing is kept: a variable that changes counts from the next
call on. No error shows a key.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from .checks import sendable, url
from .loader import find

if TYPE_CHECKING:
    from .provider import Provider


def key_variables(provider: Provider) -> tuple[str, ...]:
    """The variables that may hold the provider's key, in the order they are tried."""
    return tuple(dict.fromkeys((*provider.env, f"{_prefix(provider)}_API_KEY")))


def resolve_key(provider: Provider, explicit: str | None = None) -> str | None:
    """The key for *provider*: the given one, else the first variable that holds one.

    Args:
        provider: whose key.
        explicit: a key that the caller gave; empty counts as none.

    Returns:
        The key without space around it, or None where none is needed: the provider takes
        no key at all, or there is none and it can do without.

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
    if not provider.key_required:
        return None
    tried = " or ".join(variables)
    raise ConfigurationError(
        f"{provider.name}: no key; set {tried} in the environment, or give the client api_key=..."
    )


def base_url_of(provider: Provider, explicit: str | None = None) -> str:
    """The address of *provider*, without a slash at its end.

    In this order: *explicit*, `LLMKIT_<NAME>_BASE_URL`, the vendor's own variables, the
    provider's `base_url`. The vendor's variables stand in for the manifest's address only:
    one that was chosen in Python or in llmkit.toml is not overruled by, say, an
    OPENAI_BASE_URL that was set for another program.

    Raises:
        ConfigurationError: the address that was given cannot be one.
    """
    if explicit:
        return _address(provider, "base_url", explicit)
    names = [f"{_prefix(provider)}_BASE_URL"]
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
        resolve_key(provider)
    except ConfigurationError:
        return False
    return True


def _prefix(provider: Provider) -> str:
    return "LLMKIT_" + re.sub(r"[^A-Z0-9]", "_", provider.name.upper())


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
