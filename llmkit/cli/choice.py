"""Which providers there are, and who is asked where none was named."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from .. import Client, ConfigurationError
from ..providers import Config, Provider, get, load_config, names
from ..providers.keys import base_url_of, key_variables, resolve_key
from .endings import UsageError, tell

_DEMO = "echo/demo"


@frozen
class Readiness:
    """Whether a provider can be asked now.

    Args:
        ready: whether it can.
        why: the reason, in a few words.
        has_key: whether a key was found.
    """

    ready: bool
    why: str
    has_key: bool = False


def known_providers(own: Sequence[Provider]) -> tuple[Provider, ...]:
    """The providers of the library and the user's *own*, by name."""
    found = {name: get(name) for name in names()}
    found.update((provider.name, provider) for provider in own)
    return tuple(found[name] for name in sorted(found))


def provider_named(name: str, own: Sequence[Provider]) -> Provider:
    """The provider of that name or alias; the user's *own* first.

    Raises:
        ConfigurationError: there is none.
    """
    for provider in own:
        if name == provider.name or name in provider.aliases:
            return provider
    return get(name)


def readiness(provider: Provider) -> Readiness:
    """Whether *provider* can be asked now, and why (not)."""
    try:
        base_url_of(provider)
        key = resolve_key(evolve(provider, key_required=False))
    except ConfigurationError as error:
        return Readiness(False, str(error))
    if key is not None:
        return Readiness(True, "key found", has_key=True)
    if provider.auth is None or not provider.key_required:
        return Readiness(True, "no key needed")
    return Readiness(False, f"missing {key_variables(provider)[0]}")


def client_for(model: str | None, *, provider: str | None, base_url: str | None) -> Client:
    """A client whose model is the one named, else the user's own, else `echo/demo`.

    Args:
        model: what `--model` gave.
        provider: what `--provider` gave.
        base_url: what `--base-url` gave.

    Raises:
        UsageError: the user has a provider, and has not said which of its models.
        ConfigurationError: there is no such provider, or the user's file is wrong.
    """
    config = load_config()
    return Client(
        model or _default_model(config, provider, base_url),
        provider=provider or config.provider,
        base_url=base_url,
        providers=config.providers,
        timeout=config.timeout,
        retry=config.retry,
        unsupported=config.unsupported or "error",
    )


def _default_model(config: Config, provider: str | None, base_url: str | None) -> str:
    if config.model and (provider is None or config.model.startswith(f"{provider}/")):
        return config.model
    named = provider or config.provider
    if named is not None:
        raise UsageError(f"name one of the models of {named} with --model")
    ready = [known.name for known in known_providers(config.providers) if readiness(known).has_key]
    if ready:
        raise UsageError(
            f"there is a key for {' and '.join(ready)}; name a model with --model, such as "
            f"--model {ready[0]}/MODEL, or set LLMKIT_MODEL"
        )
    if base_url is not None:
        raise UsageError("--base-url goes with --model")
    tell(f"no model was named and no key found: {_DEMO} answers, from within llmkit")
    return _DEMO
