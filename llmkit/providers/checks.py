"""What a value of a provider must be; every refusal names the field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast
from urllib.parse import urlsplit

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from attrs import Attribute

T_co = TypeVar("T_co", covariant=True)

PROVIDER_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")
_PLACE = re.compile(r"[a-z][a-z0-9_]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# RFC 9110, 5.6.2: a token, what a header's name is made of.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class FieldError(ConfigurationError):
    """A value of a provider or of a file cannot be right.

    Attributes:
        field: the field, as a path: `base_url`, `quirks.refuses`.
        reason: what is wrong with it.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class FrozenMapping(Mapping[str, T_co], Generic[T_co]):
    """A mapping that cannot change, so that a value which holds it can be a key itself."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, T_co]) -> None:
        self._items = dict(items)

    def __getitem__(self, name: str) -> T_co:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)


def as_tuple(value: Sequence[str]) -> tuple[str, ...]:
    """A list as a tuple; anything else, one text among it, is for the validator to refuse."""
    return tuple(value) if isinstance(value, list | tuple) else cast("tuple[str, ...]", value)


def as_frozen(value: Mapping[str, object]) -> Mapping[str, object]:
    """*value* with every mapping and list in it made one that cannot change."""
    return cast("Mapping[str, object]", _frozen(value)) if isinstance(value, Mapping) else value


def _frozen(value: object) -> object:
    if isinstance(value, str | int | float):
        return value  # soonest: most are, and a look for a mapping takes long
    if isinstance(value, list | tuple):
        return tuple(map(_frozen, value))
    if isinstance(value, Mapping):
        return FrozenMapping({str(name): _frozen(item) for name, item in value.items()})
    return value


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that refuses *name*: what was probably meant, or nothing."""
    from difflib import get_close_matches  # few names are wrong

    near = get_close_matches(name, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def kind(value: object) -> str:
    """What *value* is, without showing it."""
    names = {bool: "true or false", str: "text", dict: "a table", list: "a list"}
    return names.get(type(value), type(value).__name__)


def provider_name(_: object, attribute: Attribute[str], value: object) -> None:
    """Lower case, and without a slash: a model is named "provider/model"."""
    if not isinstance(value, str) or not PROVIDER_NAME.fullmatch(value):
        raise FieldError(
            attribute.name,
            f"must be of lower-case letters, digits, '.', '_' and '-', not {value!r}",
        )


def text(_: object, attribute: Attribute[str], value: object) -> None:
    """Text."""
    if not isinstance(value, str):
        raise FieldError(attribute.name, f"must be text, not {kind(value)}")


def optional_text(_: object, attribute: Attribute[str | None], value: object) -> None:
    """Text, or None."""
    if value is not None and not isinstance(value, str):
        raise FieldError(attribute.name, f"must be text, not {kind(value)}")


def reason(_: object, attribute: Attribute[str | None], value: object) -> None:
    """Text that says something, or None."""
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise FieldError(attribute.name, "must be text that says what happened")


def flag(_: object, attribute: Attribute[bool], value: object) -> None:
    """True or False."""
    if not isinstance(value, bool):
        raise FieldError(attribute.name, f"must be true or false, not {kind(value)}")


def path(_: object, attribute: Attribute[str | None], value: object) -> None:
    """A path below the base URL, or with "../" above it, or None."""
    if value is not None and (not isinstance(value, str) or not value.startswith(("/", "../"))):
        raise FieldError(
            attribute.name, f"must be a path that begins with '/', or with '../', not {value!r}"
        )


def provider_names(_: object, attribute: Attribute[tuple[str, ...]], value: object) -> None:
    """Names of providers."""
    _all(
        attribute.name,
        value,
        PROVIDER_NAME,
        "names of lower-case letters, digits, '.', '_' and '-'",
    )


def variables(_: object, attribute: Attribute[tuple[str, ...]], value: object) -> None:
    """Names of environment variables."""
    _all(attribute.name, value, _VARIABLE, "names of environment variables")


def variable_lists(field: str, value: object) -> None:
    """Placeholders, each with the names of environment variables."""
    if not isinstance(value, Mapping):
        raise FieldError(field, f"must map placeholders to lists of variables, not {kind(value)}")
    for name, item in value.items():
        if not isinstance(name, str) or not _PLACE.fullmatch(name):
            raise FieldError(field, f"must be named in lower-case letters, not {name!r}")
        _all(f"{field}.{name}", item, _VARIABLE, "names of environment variables")


def texts(field: str, value: object) -> None:
    """A mapping of printable text to such text."""
    if not isinstance(value, Mapping):
        raise FieldError(field, f"must map names to text, not {kind(value)}")
    for name, item in value.items():
        if not all(isinstance(each, str) and sendable(each) for each in (name, item)):
            raise FieldError(field, "must map names to printable ASCII text")


def json_object(field: str, value: object) -> None:
    """A mapping that JSON can say."""
    if not isinstance(value, Mapping):
        raise FieldError(field, f"must map names to JSON values, not {kind(value)}")
    for name, item in value.items():
        _json(f"{field}.{name}", item)


def _json(field: str, value: object) -> None:
    if isinstance(value, Mapping):
        json_object(field, value)
    elif isinstance(value, tuple):
        for item in value:
            _json(field, item)
    elif isinstance(value, float):
        if not isfinite(value):
            raise FieldError(field, f"must be a number that JSON can say, not {value}")
    elif value is not None and not isinstance(value, bool | int | str):
        raise FieldError(field, f"must be a JSON value, not {kind(value)}")


def is_variable(value: object) -> bool:
    """Whether *value* can be the name of an environment variable."""
    return isinstance(value, str) and _VARIABLE.fullmatch(value) is not None


def _all(field: str, value: object, form: re.Pattern[str], meaning: str) -> None:
    if not isinstance(value, tuple):
        raise FieldError(field, f"must be a list of {meaning}, not {kind(value)}")
    for item in value:
        if not isinstance(item, str) or not form.fullmatch(item):
            raise FieldError(field, f"must be a list of {meaning}, not with {item!r}")


def header_name(_: object, attribute: Attribute[str], value: object) -> None:
    """The name of an HTTP header."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise FieldError(attribute.name, "must be the name of an HTTP header")


def header_text(_: object, attribute: Attribute[str], value: object) -> None:
    """Text that an HTTP header can carry: printable ASCII."""
    if not isinstance(value, str) or not sendable(value):
        raise FieldError(attribute.name, "must be printable ASCII text")


def header_texts(_: object, attribute: Attribute[Mapping[str, str]], value: object) -> None:
    """HTTP headers; a refusal shows no value: one may be a key."""
    field = attribute.name
    if not isinstance(value, Mapping):
        raise FieldError(field, f"must map headers' names to text, not {kind(value)}")
    for name, item in value.items():
        if not isinstance(name, str) or not _TOKEN.fullmatch(name):
            raise FieldError(field, f"{name!r} is not the name of an HTTP header")
        if not isinstance(item, str) or not sendable(item):
            raise FieldError(f"{field}.{name}", "must be printable ASCII text")


def sendable(value: str) -> bool:
    """Whether *value* is printable ASCII, which every HTTP library sends alike."""
    return value.isascii() and value.isprintable()


def url(field: str, value: object) -> str:
    """*value*, if requests can be sent below it: http(s), a host, nothing after the path.

    Raises:
        FieldError: it is not; the error does not show a user or password in it.
    """
    if not isinstance(value, str):
        raise FieldError(field, f"must be an http or https URL, not {kind(value)}")
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise FieldError(field, "is not a URL") from None
    if parts.username is not None or parts.password is not None:
        raise FieldError(field, "must not hold a user or password; give the key as api_key")
    if parts.scheme not in ("http", "https") or not host:
        raise FieldError(field, f"must be an http or https URL, not {_shown(value)!r}")
    if parts.query or parts.fragment:
        raise FieldError(field, f"must end with its path, not {_shown(value)!r}")
    if not sendable(value) or " " in value:
        raise FieldError(field, f"must be printable ASCII without spaces, not {_shown(value)!r}")
    return value


def _shown(url: str) -> str:
    """*url* without what may be a key or password in it: before an "@", after a "?" or "#"."""
    before, at, rest = url.rpartition("@")
    whole = f"...@{rest}" if at else before + rest
    return re.sub(r"(?<=[?#]).+", "...", whole, flags=re.DOTALL)
