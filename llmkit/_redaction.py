"""Taking keys out of errors: what a provider repeats, and what other libraries hold on to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from typing import cast


def redact(error: BaseException, secrets: Sequence[str]) -> None:
    """Take every one of *secrets* out of *error*: its text, attributes, notes, and those of
    the errors that it came from or holds.

    What llmkit made keeps its form. An object of another library's that holds a secret, such
    as the request that failed, gives way to its repr.
    """
    redaction = _Redaction([secret for secret in secrets if secret])
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


_SLOTS = ("strerror", "filename", "object")
"""What built-in errors hold outside their `__dict__`."""


def mask(text: str, secrets: Sequence[str]) -> str:
    """*text* with each of *secrets* replaced."""
    for secret in secrets:
        if secret and secret in text:
            text = text.replace(secret, "[REDACTED]")
    return text


class _Redaction:
    """Masks values; the errors among them are left to the caller, in `errors`."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self.secrets = secrets
        self.errors: list[BaseException] = []

    def masked(self, value: object, depth: int = 0) -> object:
        """*value*, or what takes its place where it holds a secret."""
        if isinstance(value, str):
            return mask(value, self.secrets)
        if isinstance(value, bytes):
            for secret in self.secrets:
                value = value.replace(secret.encode(), b"[REDACTED]")
            return value
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
        return mask(repr(value), self.secrets) if self._holds(value) else value

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
            if isinstance(text, str) and mask(text, self.secrets) != text:
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
