"""Manifests: one TOML file per provider, read when the provider is first used."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Final, cast

from attrs import fields

from ..errors import ConfigurationError
from .checks import FieldError, nearest
from .provider import HeaderAuth, Provider
from .toml_file import Place, TomlFile, read_toml

_FOLDER: Final = os.path.join(os.path.dirname(__file__), "manifests")

KEYS: Final = tuple(attribute.name for attribute in fields(Provider))
"""The keys of a manifest: the fields of a `Provider`."""


@cache
def names() -> tuple[str, ...]:
    """The providers that llmkit knows, sorted; without reading their manifests."""
    return tuple(sorted(name[:-5] for name in os.listdir(_FOLDER) if name.endswith(".toml")))


def get(name: str) -> Provider:
    """The provider of that name or alias.

    Args:
        name: such as "groq".

    Raises:
        ConfigurationError: there is none; the error names those that are spelt alike.
    """
    provider = find(name)
    if provider is None:
        near = nearest(name, names()) or f"; known are {', '.join(names())}"
        raise ConfigurationError(f"there is no provider {name!r}{near}")
    return provider


@lru_cache(maxsize=1024)
def find(name: str) -> Provider | None:
    """The provider of that name or alias, or None."""
    if name in names():
        return _manifest(name)
    for known in names():
        # A look at the text first: parsing every file for one alias would be slow.
        if f'"{name}"' in _source(known) and name in _manifest(known).aliases:
            return _manifest(known)
    return None


@cache
def _source(name: str) -> str:
    with open(_path(name), encoding="utf-8") as file:
        return file.read()


@cache
def _manifest(name: str) -> Provider:
    return read_manifest(_path(name))


def _path(name: str) -> str:
    return os.path.join(_FOLDER, f"{name}.toml")


def read_manifest(path: str | os.PathLike[str]) -> Provider:
    """The provider that the manifest at *path* describes.

    Raises:
        ConfigurationError: it is not a right manifest; the error says where and why not.
    """
    file = read_toml(path)
    provider = provider_of(file, file.data, ())
    if f"{provider.name}.toml" != os.path.basename(file.path):
        raise file.error(("name",), "must be the file's name")
    return provider


def provider_of(
    file: TomlFile, table: Mapping[str, object], place: Place, base: Provider | None = None
) -> Provider:
    """The provider that *table* describes.

    Args:
        file: where the table is from.
        table: keys of a manifest.
        place: where it stands in the file.
        base: a provider to take the values from that the table does not give; of tables, such
            as quirks, one by one.

    Raises:
        ConfigurationError: a key or value is wrong; the error says where and why.
    """
    file.keys(table, KEYS, place)
    values = dict(table)
    for key in () if base else ("name", "wire", "base_url"):
        if key not in values:
            raise file.error((*place, key), "is missing")
    if "auth" in values:
        values["auth"] = _auth(file, values["auth"], (*place, "auth"))
    for key in ("quirks", "headers", "placeholders", "base_urls", "query"):
        if key in values:
            given = file.table(values[key], (*place, key))
            values[key] = {**getattr(base, key), **given} if base else given
    make = cast("Callable[..., Provider]", Provider)
    try:
        provider = make(**{**_given(base), **values})
        provider.adapter()  # a misspelt quirk is found here, and not in the middle of a call
    except FieldError as error:
        steps, reason = tuple(error.field.split(".", 1)), error.reason
    else:
        return provider
    raise file.error((*place, *steps), reason)


def _given(base: Provider | None) -> dict[str, object]:
    return {key: getattr(base, key) for key in KEYS} if base else {}


def _auth(file: TomlFile, value: object, place: Place) -> HeaderAuth | None:
    if value == "bearer":
        return HeaderAuth()
    if value == "none":
        return None
    if not isinstance(value, dict):
        raise file.error(place, 'must be "bearer", "none" or { header = "...", prefix = "..." }')
    file.keys(value, ("header", "prefix"), place)
    if "header" not in value:
        raise file.error((*place, "header"), "is missing")
    try:
        return HeaderAuth(value["header"], value.get("prefix", ""))
    except FieldError as error:
        field, reason = error.field, error.reason
    raise file.error((*place, field), reason)
