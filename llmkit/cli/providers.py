"""`llmkit providers`: who can be asked, and who is ready."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import typer
from attrs import fields

from .. import ConfigurationError
from .._json import JsonValue
from ..providers import HeaderAuth, Provider, load_config
from ..providers.keys import base_url_of, key_variables
from .choice import known_providers, provider_named, readiness
from .endings import ending, printable
from .inputs import write_json

_HEADINGS = ("NAME", "WIRE", "BASE URL", "KEY VARIABLE", "READY")


def providers(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Show all of this one.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List the providers, and which of them are ready; or show one."""
    with ending():
        own = load_config().providers
        if name:
            shown = _manifest(provider_named(name, own))
            write_json(shown) if as_json else _write_fields(shown)
        elif as_json:
            write_json([_summary(provider) for provider in known_providers(own)])
        else:
            _write_table(_row(provider) for provider in known_providers(own))


def _summary(provider: Provider) -> dict[str, JsonValue]:
    """What the list tells of one provider."""
    state = readiness(provider)
    return {
        "name": provider.name,
        "wire": _wire(provider),
        "base_url": _base_url(provider),
        "env": key_variables(provider) if provider.auth is not None else (),
        "ready": state.ready,
        "why": state.why,
    }


def _manifest(provider: Provider) -> dict[str, JsonValue]:
    """Everything about one provider; of its headers the names only: a value may be a key."""
    values = {item.name: _plain(getattr(provider, item.name)) for item in fields(Provider)}
    values["wire"] = _wire(provider)
    values["headers"] = list(provider.headers)
    return {**values, **_summary(provider)}


def _row(provider: Provider) -> Sequence[str]:
    state = readiness(provider)
    variable = provider.env[0] if provider.auth is not None and provider.env else "-"
    told = "yes, " if state.ready else "no, "
    return (provider.name, _wire(provider), _base_url(provider), variable, told + state.why)


def _wire(provider: Provider) -> str:
    wire = provider.wire
    return wire if isinstance(wire, str) else type(wire).__name__


def _base_url(provider: Provider) -> str:
    try:
        return base_url_of(provider)
    except ConfigurationError:  # the environment's is wrong: `readiness` says how
        return provider.base_url


def _plain(value: object) -> JsonValue:
    if isinstance(value, HeaderAuth):
        return {"header": value.header, "prefix": value.prefix}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _write_table(rows: Iterable[Sequence[str]]) -> None:
    table = [_HEADINGS, *rows]
    widths = [max(map(len, column)) for column in zip(*table)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        _write_line("  ".join(cells).rstrip())


def _write_fields(values: Mapping[str, JsonValue]) -> None:
    width = max(map(len, values))
    for name, value in values.items():
        _write_line(f"{name.ljust(width)}  {_said(value)}")


def _said(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={item!r}" for key, item in value.items()) or "-"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)


def _write_line(text: str) -> None:
    sys.stdout.buffer.write(printable(text).encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
