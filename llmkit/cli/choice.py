"""Which providers there are, and who is asked where none was named."""

from __future__ import annotations

from collections.abc import Sequence

from .. import Client, ConfigurationError
from ..providers import Config, Provider, get, load_config, names, os_keyring
from .endings import UsageError, tell
from .readiness import readiness

_DEMO = "echo/demo"


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


def client_of(
    config: Config, model: str | None, *, provider: str | None, base_url: str | None
) -> Client:
    """A client as the user's file has it, but for what the command line says.

    The OS keyring is asked for missing keys unless the file says no: a person is there.

    Raises:
        UsageError: the address is given for one provider, and another is asked.
        ConfigurationError: there is no such provider.
    """
    own = provider or config.provider
    if base_url is not None and model is not None:
        own = _addressed(config, provider, model) or own
    return Client(
        model,
        provider=own,
        base_url=base_url,
        providers=config.providers,
        timeout=config.timeout,
        retry=config.retry,
        unsupported=config.unsupported or "error",
        keyring=may_ask_keyring(config),
    )


def may_ask_keyring(config: Config) -> bool:
    """Whether the OS keyring is asked for a key that is missing."""
    return os_keyring.installed() if config.keyring is None else config.keyring


def _addressed(config: Config, provider: str | None, model: str) -> str | None:
    """Whose the address of `--base-url` is, where the model's name says so."""
    prefix, slash, _ = model.partition("/")
    try:
        named = provider_named(prefix, config.providers) if slash else None
    except ConfigurationError:  # the slash is one of the model's own name
        return None
    if named is None:
        return None
    if provider is None:
        return named.name
    # Else the one would get the address, and the other be asked at its own.
    if named != provider_named(provider, config.providers):
        raise UsageError(f"--base-url is for {provider}, and the model is of {named.name}")
    return provider


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
    named = model or _default_model(config, provider, base_url)
    return client_of(config, named, provider=provider, base_url=base_url)


def _default_model(config: Config, provider: str | None, base_url: str | None) -> str:
    if config.model and (provider is None or config.model.startswith(f"{provider}/")):
        return config.model
    named = provider or config.provider
    if named is not None:
        raise UsageError(f"name one of the models of {named} with --model")
    found = known_providers(config.providers)
    ready = [known.name for known in found if readiness(known).key_in is not None]
    if ready:
        raise UsageError(
            f"there is a key for {' and '.join(ready)}; name a model with --model, such as "
            f"--model {ready[0]}/MODEL, or set LLMKIT_MODEL"
        )
    if base_url is not None:
        raise UsageError("--base-url goes with --model")
    tell(f"no model was named and no key found: {_DEMO} answers, from within llmkit")
    return _DEMO
