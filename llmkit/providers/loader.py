"""Manifests: one TOML file per provider, read when the provider is first used."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final, cast

from attrs import fields

from ..errors import ConfigurationError
from .aliases import ALIASES
from .checks import PROVIDER_NAME, FieldError, nearest
from .media import MediaLimits, limits_of
from .models import ModelRule
from .provider import HeaderAuth, Provider, check_adapters
from .toml_file import Place, TomlFile, read_toml

_FOLDER: Final = os.path.join(os.path.dirname(__file__), "manifests")

_FIELDS: Final = tuple(attribute.name for attribute in fields(Provider))

KEYS: Final = (*_FIELDS, "dialect")
"""The keys of a manifest: the fields of a `Provider`, and another of the same dialect."""

_OF_A_DIALECT: Final = ("wire", "quirks", "models", "body")
_TABLES: Final = ("quirks", "headers", "placeholders", "base_urls", "query", "body")


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


def manifest_of(name: str) -> Provider | None:
    """The provider of just that name, or None: an alias is none."""
    known = PROVIDER_NAME.fullmatch(name) and os.path.isfile(_path(name))
    return _manifest(name) if known else None


@lru_cache(maxsize=1024)
def find(name: str) -> Provider | None:
    """The provider of that name or alias, or None; no other's manifest is read."""
    return manifest_of(ALIASES.get(name, name))


@cache
def _manifest(name: str) -> Provider:
    # The rules of all are held right by a test; here they would cost more than the rest.
    return read_manifest(_path(name), rules=False)


def _path(name: str) -> str:
    return os.path.join(_FOLDER, f"{name}.toml")


def read_manifest(path: str | os.PathLike[str], *, rules: bool = True) -> Provider:
    """The provider that the manifest at *path* describes.

    Args:
        path: where it is.
        rules: whether to hold the quirks of its rules to their types; else their names alone.

    Raises:
        ConfigurationError: it is not a right manifest; the error says where and why not.
    """
    file = read_toml(path)
    provider = provider_of(file, file.data, (), rules=rules)
    if f"{provider.name}.toml" != os.path.basename(file.path):
        raise file.error(("name",), "must be the file's name")
    return provider


def provider_of(
    file: TomlFile,
    table: Mapping[str, object],
    place: Place,
    base: Provider | None = None,
    *,
    rules: bool = True,
) -> Provider:
    """The provider that *table* describes.

    Args:
        file: where the table is from.
        table: keys of a manifest.
        place: where it stands in the file.
        base: a provider to take the values from that the table does not give; of tables, such
            as quirks, one by one. The table's rules for models come before those of the base.
        rules: see `read_manifest`.

    Raises:
        ConfigurationError: a key or value is wrong; the error says where and why.
    """
    file.keys(table, KEYS, place)
    given = {key: getattr(base, key) for key in _FIELDS} if base else {}
    values = dict(table)
    if "dialect" in values:
        given |= _dialect(file, values, (*place, "dialect"))
    for key in ("name", "wire", "base_url"):
        if key not in values and key not in given:
            raise file.error((*place, key), "is missing")
    if "auth" in values:
        values["auth"] = _auth(file, values["auth"], (*place, "auth"))
    if "models" in values:
        own = _rules(file, values["models"], (*place, "models"))
        values["models"] = (*own, *given.get("models", ()))
    if "media" in values:
        values["media"] = _media(file, values["media"], (*place, "media"), given.get("media"))
    for key in _TABLES:
        if key in values:
            values[key] = {**given.get(key, {}), **file.table(values[key], (*place, key))}
    make = cast("Callable[..., Provider]", Provider)
    try:
        provider = make(**{**given, **values})
        # A misspelt quirk is found here, and not in the middle of a call.
        check_adapters(provider) if rules else provider.adapter()
    except FieldError as error:
        steps, reason = _steps(error.field), error.reason
    else:
        return provider
    raise file.error((*place, *steps), reason)


def _steps(field: str) -> Place:
    """Where a file says what a provider's *field* is about: a rule's quirks stand beside `match`.

    As in `quirks.refuses`, and `models.3.quirks.refuses`.
    """
    head, _, rest = field.partition(".")
    if head != "models" or not rest:
        return (head, rest) if rest else (head,)
    index, _, quirk = rest.partition(".")
    name = quirk.removeprefix("quirks").removeprefix(".")
    return (head, int(index), name) if name else (head, int(index))


def _dialect(file: TomlFile, values: dict[str, object], place: Place) -> dict[str, object]:
    """What is taken from the provider whose dialect it is; its key leaves *values*."""
    name = values.pop("dialect")
    if not isinstance(name, str):
        raise file.error(place, "must be a provider's name")
    twin = None if name == values.get("name") else find(name)
    if twin is None:
        near = nearest(name, names())
        raise file.error(place, f"there is no other provider {name!r}{near}")
    if values.get("wire", twin.wire) != twin.wire:
        raise file.error((*place[:-1], "wire"), f"is {twin.wire!r}, that of the dialect {name!r}")
    return {key: getattr(twin, key) for key in _OF_A_DIALECT}


def _rules(file: TomlFile, value: object, place: Place) -> tuple[ModelRule, ...]:
    if not isinstance(value, list):
        raise file.error(place, "must be an array of tables: [[models]]")
    return tuple(_rule(file, item, (*place, index)) for index, item in enumerate(value))


def _rule(file: TomlFile, value: object, place: Place) -> ModelRule:
    quirks = dict(file.table(value, place))
    if "match" not in quirks:
        raise file.error((*place, "match"), "is missing")
    match = cast("Sequence[str]", quirks.pop("match"))
    try:
        return ModelRule(match, quirks)
    except FieldError as error:
        field, reason = error.field, error.reason
    raise file.error((*place, field), reason)


def _media(file: TomlFile, value: object, place: Place, base: object) -> MediaLimits:
    try:
        limits = limits_of(file.table(value, place))
    except FieldError as error:
        field, reason = error.field, error.reason
    else:
        return limits.over(base) if isinstance(base, MediaLimits) else limits
    raise file.error((*place[:-1], *_steps(field)), reason)


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
