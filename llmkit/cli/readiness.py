"""Whether a provider can be asked now, and what is missing if it cannot."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from .. import ConfigurationError
from ..providers import Provider, os_keyring
from ..providers.keys import (
    address_of,
    address_variables,
    check_open,
    first_set,
    key_variables,
    needs_key,
    resolve_key,
    unfilled,
)
from ..providers.placeholders import placeholders_in, texts_in, variables_of

OS_KEYRING: Final = "the OS keyring"

_SIGNERS: Final = {
    "aws": "AWS",
    "azure": "Microsoft Entra ID",
    "google": "Google Cloud",
    "ibm": "IBM",
}


@frozen
class Readiness:
    """Whether a provider can be asked now.

    Args:
        ready: whether it can.
        why: the reason, in a few words.
        key_in: where its key was found: a variable, or the OS keyring; None where none was.
    """

    ready: bool
    why: str
    key_in: str | None = None


def readiness(provider: Provider, *, keyring: bool = False) -> Readiness:
    """Whether *provider* can be asked now, and why (not).

    Args:
        provider: who.
        keyring: look in the OS keyring, too, for a key that is missing.
    """
    try:
        check_open(provider)
    except ConfigurationError:
        return Readiness(False, f"closed {provider.closed}")
    try:
        return _state(provider, keyring=keyring)
    except ConfigurationError as error:
        return Readiness(False, str(error).removeprefix(f"{provider.name}: "))


def _state(provider: Provider, *, keyring: bool) -> Readiness:
    key_in = first_set(key_variables(provider)) if provider.auth is not None else None
    missing = []
    if key_in is None and needs_key(provider):
        if keyring and _kept(provider):
            key_in = OS_KEYRING
        else:
            missing.append(provider.env or key_variables(provider))
    signed = key_in is None and provider.credentials is not None
    missing += [_ways(provider, name) for name in unfilled(provider, signed=signed)]
    if missing:
        return Readiness(False, "missing " + ", and ".join(map(" or ".join, missing)), key_in)
    if key_in not in (None, OS_KEYRING):
        resolve_key(provider)  # one that no header can carry is no key
    address_of(provider, signed=signed)
    if key_in is not None:
        return Readiness(True, f"key in {key_in}", key_in)
    if signed:
        return Readiness(True, f"{signer(provider)} credentials sign")
    return Readiness(True, "no key needed")


def _kept(provider: Provider) -> bool:
    try:
        return os_keyring.read(provider.name) is not None
    except ConfigurationError:  # there is no keyring: it has no key either
        return False


def _ways(provider: Provider, place: str) -> tuple[str, ...]:
    """The variables that fill *place*, or do without it by a whole address."""
    ways = provider.placeholders[place] or variables_of(provider, place)
    elsewhere = placeholders_in(*provider.query.values(), *texts_in(provider.body))
    return ways if place in elsewhere else (*ways, *address_variables(provider)[1:2])


def signer(provider: Provider) -> str:
    """Whose credentials sign for *provider*, for people."""
    return _SIGNERS.get(provider.credentials or "", provider.credentials or "nobody's")
