"""A provider's manifest, for people: where it is, what it wants, and how it differs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from .._auth import EXCHANGED
from .._models.docstrings import read_docstring
from ..adapters import adapter_class
from ..adapters.model_lists import list_address
from ..providers import Provider
from ..providers.keys import address_variables, first_set, key_variables
from ..providers.placeholders import variables_of
from .readiness import Readiness, signer
from .table import room, write_line

_WIDTH: Final = 100
_LABEL: Final = 13

Line: TypeAlias = tuple[str, str]
"""A label, and what there is to say."""


def write_manifest(provider: Provider, state: Readiness, base_url: str) -> None:
    """Print all that is known of *provider*; of headers the names only: a value may be a key.

    Args:
        provider: who.
        state: whether it can be asked now.
        base_url: where a request would go now.
    """
    name = provider.name
    write_line(name if provider.title == name else f"{provider.title} ({name})")
    write_line()
    for label, said in _facts(provider, state, base_url):
        _write(f"{label.ljust(_LABEL)}{said}", " " * _LABEL)
    meanings = _meanings(provider)
    if provider.quirks:
        write_line()
        write_line(f"How it differs from the usual on its wire, {_wire(provider)}:")
        _write_quirks(provider.quirks, meanings)
    for rule in provider.models:
        write_line()
        write_line(f"Its models {', '.join(rule.match)}:")
        _write_quirks(rule.quirks, meanings)


def _facts(provider: Provider, state: Readiness, base_url: str) -> Iterator[Line]:
    yield "ready", f"{'yes' if state.ready else 'no'}, {state.why}"
    yield "wire", _wire(provider)
    yield "address", base_url
    yield from _variable_lines("", address_variables(provider))
    yield from _key_lines(provider, state)
    for name in provider.placeholders:
        yield from _variable_lines(f"{{{name}}}", variables_of(provider, name))
    if provider.models_path is not None:
        yield "models", list_address(base_url, provider.models_path)
        yield "", f"llmkit models {provider.name}"
    if provider.aliases:
        yield "also called", ", ".join(provider.aliases)
    if provider.headers:
        yield "headers", ", ".join(provider.headers)
    if provider.query:
        yield "query", _toml(provider.query)
    if provider.body:
        yield "body", _toml(provider.body)
    if provider.docs_url is not None:
        yield "document", provider.docs_url


def _key_lines(provider: Provider, state: Readiness) -> Iterator[Line]:
    if provider.auth is None:
        yield "key", "none"
        return
    names = key_variables(provider)
    yield "key", f"{provider.auth.header}: {provider.auth.prefix}KEY"
    yield from _variable_lines("", names)
    if state.key_in is not None and state.key_in not in names:
        yield "", state.key_in
    if provider.credentials in EXCHANGED:
        yield "", f"it is exchanged for a token, by {signer(provider)}'s library"
    elif provider.credentials is not None:
        yield "", f"without one, {signer(provider)} credentials sign"


def _variable_lines(label: str, names: Sequence[str]) -> Iterator[Line]:
    """The variables in the order that they are tried; never what they hold."""
    taken = first_set(names)
    width = max(map(len, names))
    for number, name in enumerate(names):
        state = "set" if name == taken else "-" if first_set([name]) is None else "set, not used"
        yield "" if number else label, f"{name.ljust(width)}  {state}"


def _meanings(provider: Provider) -> dict[str, str]:
    """What each quirk is, in the words of the adapter's own document."""
    if not isinstance(provider.wire, str):
        return {}
    return dict(read_docstring(adapter_class(provider.wire).__doc__).parameters)


def _write_quirks(quirks: Mapping[str, object], meanings: dict[str, str]) -> None:
    """The quirks as a manifest writes them; what each is, is said once."""
    for name, value in sorted(quirks.items()):
        _write(f"  {name} = {_toml(value)}", "    ")
        meaning = meanings.pop(name, None)
        if meaning is not None:
            _write(f"      {meaning}", "      ")


def _write(text: str, indent: str) -> None:
    lines = textwrap.wrap(
        text,
        room() or _WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    for line in lines:
        write_line(line)


def _wire(provider: Provider) -> str:
    wire = provider.wire
    return wire if isinstance(wire, str) else type(wire).__name__


def _toml(value: object) -> str:
    """*value* as a manifest and llmkit.toml write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_toml(item)}" for name, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
