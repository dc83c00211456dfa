"""`llmkit providers`: who can be asked, and who is ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from attrs import fields

from .. import ConfigurationError
from .._json import JsonValue
from ..providers import Config, HeaderAuth, MediaLimits, ModelRule, Provider, load_config
from ..providers.keys import base_url_of, key_variables
from .choice import known_providers, may_ask_keyring, provider_named
from .endings import ending, tell
from .inputs import write_json
from .manifest import write_manifest
from .readiness import Readiness, readiness
from .render import on_terminal
from .table import write_table

_HEADINGS = ("NAME", "READY", "KEY, OR WHAT IS MISSING", "WIRE", "BASE URL")


def providers(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Show all of this one.")] = "",
    ready: Annotated[bool, typer.Option("--ready", help="Only those that can be asked.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List the providers, and which of them are ready; or show one."""
    with ending():
        config = load_config()
        if name:
            _show(provider_named(name, config.providers), config, as_json=as_json)
        else:
            _list(config, only_ready=ready, as_json=as_json)


def _show(provider: Provider, config: Config, *, as_json: bool) -> None:
    state = readiness(provider, keyring=may_ask_keyring(config))
    if as_json:
        write_json({**_fields(provider), **_summary(provider, state)})
    else:
        write_manifest(provider, state, _base_url(provider))


def _list(config: Config, *, only_ready: bool, as_json: bool) -> None:
    # Its owner may have to unlock it: a mere list asks the keyring only where the file says so.
    asks = config.keyring or False
    found = known_providers(config.providers)
    known = [(each, readiness(each, keyring=asks)) for each in found]
    shown = [(each, state) for each, state in known if state.ready or not only_ready]
    if as_json:
        write_json([_summary(each, state) for each, state in shown])
        return
    rows = [_row(each, state) for each, state in shown]
    write_table(_HEADINGS, rows, marked=[state.ready for _, state in shown])
    if on_terminal():
        count = sum(state.ready for _, state in known)
        tell(f"{count} of {len(known)} are ready; `llmkit providers NAME` shows one")
        if may_ask_keyring(config) and not asks:
            tell("the OS keyring was not asked: `llmkit keys` lists who has a key there")


def _summary(provider: Provider, state: Readiness) -> dict[str, JsonValue]:
    """What the list tells of one provider."""
    return {
        "name": provider.name,
        "wire": _wire(provider),
        "base_url": _base_url(provider),
        "env": key_variables(provider) if provider.auth is not None else (),
        "ready": state.ready,
        "why": state.why,
        "key_in": state.key_in,
    }


def _fields(provider: Provider) -> dict[str, JsonValue]:
    """Everything about one provider; of its headers the names only: a value may be a key."""
    values = {item.name: _plain(getattr(provider, item.name)) for item in fields(Provider)}
    values["headers"] = list(provider.headers)
    return values


def _row(provider: Provider, state: Readiness) -> Sequence[str]:
    told = "yes" if state.ready else "no"
    return (provider.name, told, state.why, _wire(provider), _base_url(provider))


def _wire(provider: Provider) -> str:
    wire = provider.wire
    return wire if isinstance(wire, str) else type(wire).__name__


def _base_url(provider: Provider) -> str:
    try:
        return base_url_of(provider)
    except ConfigurationError:  # a part of it is missing or wrong: `readiness` says which
        return provider.base_url


def _plain(value: object) -> JsonValue:
    if isinstance(value, HeaderAuth):
        return {"header": value.header, "prefix": value.prefix}
    if isinstance(value, MediaLimits):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(MediaLimits)}
    if isinstance(value, ModelRule):
        return {"match": list(value.match), "quirks": _plain(value.quirks)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)
