"""Taking keys out of errors: what a provider repeats, and what other libraries hold on to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from typing import Final, cast
from urllib.parse import parse_qsl, quote, urlsplit

REDACTED: Final = "[REDACTED]"

SHORTEST: Final = 8
"""How many characters a secret has that is found within words, too. A shorter one is taken out
where it is a word of its own, and not at all where it has no letter or no digit: "test", "EMPTY"
and "1234" stand in innocent texts, and guard nothing."""

# Patterns as text, which `re` compiles once they are needed: most programs see no failure.
_SHORT: Final = r"(?s)(?=.*[0-9])(?=.*[A-Za-z]).{4,}"
_WITHIN: Final = r"[\w-]"
_NAME: Final = r"(?i)auth|cookie|credential|key|passw|secret|signature|token|^sig$"
_QUERY: Final = r"([?&])([^=&#]+)=([^&#]*)"


def names_a_secret(name: str) -> bool:
    """Whether what is so named, a header, a parameter or a field, is a secret."""
    return re.search(_NAME, name) is not None


def secrets_of(
    headers: Mapping[str, str], url: str = "", header: str | None = None
) -> tuple[str, ...]:
    """What in a request must not be seen: values of the headers and parameters so named.

    Args:
        headers: the request's; of "Bearer abc", both the whole and "abc" are secrets.
        url: its address.
        header: a header that holds a secret, whatever its name.
    """
    found: list[str] = []
    for name, value in headers.items():
        if names_a_secret(name) or name.lower() == header:
            found += [value, value.rpartition(" ")[2]]
    if "?" in url:
        query = parse_qsl(urlsplit(url).query)
        found += [value for name, value in query if names_a_secret(name)]
    return tuple(found)


def secrets_in(value: object, name: str = "") -> Iterator[str]:
    """Every text in *value*, a JSON value, whose name says that it is a secret."""
    if isinstance(value, str):
        if names_a_secret(name):
            yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from secrets_in(item, str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from secrets_in(item, name)


def quiet_url(url: str) -> str:
    """*url* without the values of those parameters of its query that are secrets."""
    if "?" not in url:
        return url
    return re.sub(
        _QUERY,
        lambda found: f"{found[1]}{found[2]}={REDACTED}" if names_a_secret(found[2]) else found[0],
        url,
    )


def redact(error: BaseException, secrets: Sequence[str]) -> None:
    """Take every one of *secrets* out of *error*: its text, attributes, notes, and those of
    the errors that it came from or holds.

    What llmkit made keeps its form. An object of another library's that holds a secret, such
    as the request that failed, gives way to its repr.
    """
    redaction = _Redaction(Mask(secrets))
    todo: list[BaseException | None] = [error]
    seen: set[int] = set()
    while todo:
        current = todo.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        current.args = tuple(redaction.masked(value) for value in current.args)
        held = {name: getattr(current, name, None) for name in _SLOTS}
        for name, value in (held | getattr(current, "__dict__", {})).items():
            masked = redaction.masked(value)
            if masked is not value:
                with suppress(AttributeError, TypeError):
                    setattr(current, name, masked)
        todo += [current.__cause__, current.__context__, *redaction.errors]
        todo += getattr(current, "exceptions", ())
        redaction.errors.clear()


_SLOTS = (
    *("strerror", "filename", "filename2", "object", "reason", "msg", "text", "value", "code"),
    "obj",
)
"""What built-in errors hold outside their `__dict__`."""


class Mask:
    """Takes secrets out of texts, in every form in which they may be repeated: as they are, as a
    URL has them, and as JSON does.

    Args:
        secrets: them; those that are none by `SHORTEST` are passed over.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        import json  # llmkit's own does not escape all that others do; and few calls fail

        whole: set[str] = set()
        words: set[str] = set()
        for secret in secrets:
            if len(secret) >= SHORTEST:
                in_json = json.dumps(secret)[1:-1]
                whole |= {secret, quote(secret), quote(secret, safe="")}
                whole |= {in_json, in_json.replace("/", "\\/")}
            elif re.fullmatch(_SHORT, secret):
                words.add(secret)
        # The longest first: one may be a part of another. No pattern: `re` would keep it.
        self._whole = sorted(whole, key=len, reverse=True)
        self._words = sorted(words)

    def text(self, value: str) -> str:
        """*value* without them."""
        for form in self._whole:
            if form in value:
                value = value.replace(form, REDACTED)
        for word in self._words:
            if word in value:
                value = _without_word(value, word)
        return value

    def data(self, value: bytes) -> bytes:
        """*value* without them."""
        text = value.decode("utf-8", "surrogateescape")
        masked = self.text(text)
        return value if masked == text else masked.encode("utf-8", "surrogateescape")

    def finds(self, value: str) -> bool:
        """Whether *value* has one of them in it."""
        return any(form in value for form in (*self._whole, *self._words))


def _without_word(text: str, word: str) -> str:
    first, *rest = text.split(word)
    for part in rest:
        joined = re.match(_WITHIN, first[-1:]) or re.match(_WITHIN, part)
        first += (word if joined else REDACTED) + part
    return first


def quiet(value: Mapping[str, object]) -> str:
    """The repr of *value*, without the texts in it whose names say that they are secrets."""
    return repr(_quiet(value))


def _quiet(value: object) -> object:
    if isinstance(value, Mapping):
        return {
            name: REDACTED if _is_secret(name, item) else _quiet(item)
            for name, item in value.items()
        }
    return list(map(_quiet, value)) if isinstance(value, list | tuple) else value


def _is_secret(name: object, value: object) -> bool:
    return isinstance(value, str) and names_a_secret(str(name))


class _Redaction:
    """Masks values; the errors among them are left to the caller, in `errors`."""

    def __init__(self, mask: Mask) -> None:
        self.mask = mask
        self.errors: list[BaseException] = []

    def masked(self, value: object, depth: int = 0) -> object:
        """*value*, or what takes its place where it holds a secret."""
        if isinstance(value, str):
            return self.mask.text(value)
        if isinstance(value, bytes):
            return self.mask.data(value)
        if value is None or isinstance(value, int | float | type) or depth > _DEEPEST:
            return value
        if isinstance(value, BaseException):
            self.errors.append(value)
            return value
        if isinstance(value, list | tuple | set | frozenset):
            return self._collection(value, depth + 1)
        if isinstance(value, Mapping):
            return self._mapping(value, depth + 1)
        if hasattr(type(value), "__attrs_attrs__"):
            return self._value(value, depth + 1)
        return self.mask.text(repr(value)) if self._holds(value) else value

    def _collection(
        self, value: list[object] | tuple[object, ...] | set[object] | frozenset[object], depth: int
    ) -> object:
        old = list(value)
        new = [self.masked(item, depth) for item in old]
        if all(one is other for one, other in zip(new, old)):
            return value
        # A named tuple takes its items one by one.
        return getattr(value, "_make", type(value))(new)

    def _mapping(self, value: Mapping[object, object], depth: int) -> object:
        new = {self.masked(key, depth): self.masked(item, depth) for key, item in value.items()}
        if all(key in new and new[key] is item for key, item in value.items()):
            return value
        try:
            return cast("Callable[[object], object]", type(value))(new)
        except TypeError:  # a view of another mapping
            return new

    def _value(self, value: object, depth: int) -> object:
        changes = {}
        for attribute in type(value).__attrs_attrs__:  # type: ignore[attr-defined]
            old = getattr(value, attribute.name, None)
            new = self.masked(old, depth)
            if new is not old:
                changes[attribute.name] = new
        if changes:
            value = copy(value)
            for name, new in changes.items():
                object.__setattr__(value, name, new)  # past frozen and past converters
        return value

    def _holds(self, value: object) -> bool:
        """Whether a secret is in the attributes of *value*, near enough to be found there."""
        todo: list[tuple[object, int]] = [(value, 0)]
        seen: set[int] = set()
        while todo and len(seen) < _WIDEST:
            current, depth = todo.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            text = current.decode("latin-1") if isinstance(current, bytes) else current
            if isinstance(text, str) and self.mask.finds(text):
                return True
            if depth < _FARTHEST:
                todo += [(item, depth + 1) for item in _inside(current)]
        return False


_DEEPEST = 100  # levels of JSON, more than any provider sends
_FARTHEST = 5  # a request's headers are three steps away from the error
_WIDEST = 2000  # a connection pool is a web of objects


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return value
    return list(getattr(value, "__dict__", {}).values())
