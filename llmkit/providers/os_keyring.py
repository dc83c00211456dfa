"""The OS keyring, by the library `keyring` (extra `keyring`): keys kept for a user by the OS.

It is asked only where somebody has said so: a look-up takes a while, and the keyring may ask
its owner to unlock it. The library is loaded then, and not before.

Source: https://keyring.readthedocs.io
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from types import ModuleType

SERVICE: Final = "llmkit"
"""The service that the keys are kept under; the user name there is the provider's name."""


def installed() -> bool:
    """Whether the library is there; it is not loaded for this."""
    from importlib.util import find_spec

    return find_spec("keyring") is not None


def read(provider: str) -> str | None:
    """The key of *provider*, or None where the keyring has none.

    Raises:
        ConfigurationError: the keyring cannot be asked.
    """
    keyring = _library()
    try:
        kept: str | None = keyring.get_password(SERVICE, provider)
    except Exception as error:  # each backend has errors of its own
        reason = _reason(error)
    else:
        return (kept or "").strip() or None
    raise ConfigurationError(f"the OS keyring cannot be asked: {reason}")


def write(provider: str, key: str) -> None:
    """Keep *key* for *provider*, in the place of what is there.

    Raises:
        ConfigurationError: the keyring does not keep it.
    """
    keyring = _library()
    try:
        keyring.set_password(SERVICE, provider, key)
    except Exception as error:
        reason = _reason(error).replace(key, "…")
    else:
        return
    raise ConfigurationError(f"the OS keyring keeps nothing: {reason}")


def delete(provider: str) -> bool:
    """Keep the key of *provider* no longer; whether there was one.

    Raises:
        ConfigurationError: the keyring cannot be asked.
    """
    if read(provider) is None:
        return False
    keyring = _library()
    try:
        keyring.delete_password(SERVICE, provider)
    except Exception as error:
        reason = _reason(error)
    else:
        return True
    raise ConfigurationError(f"the OS keyring keeps the key of {provider}: {reason}")


def _library() -> ModuleType:
    try:
        import keyring
    except ImportError:
        pass
    else:
        return keyring
    raise ConfigurationError(
        "the OS keyring needs a library that is not installed: pip install 'llmkit[keyring]'"
    )


def _reason(error: Exception) -> str:
    said = str(error).partition("\n")[0].strip()[:300]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
