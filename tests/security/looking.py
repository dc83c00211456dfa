"""Every way in which a value is looked at, and whether a secret is seen."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Iterator, Mapping
from types import FrameType, TracebackType
from typing import cast

import attrs

from llmkit.errors import LLMKitError

KEY = "sk-secret-of-the-caller"
OTHER = "sk-secret-of-another"


def assert_clean(value: object, secret: str = KEY) -> None:
    """No way of looking at *value* shows the secret."""
    seen = [repr(value), str(value), shown(value)]
    if isinstance(value, BaseException):
        seen.append("".join(traceback.format_exception(value)))
        seen.append(repr(vars(value)))
        seen += getattr(value, "__notes__", [])
        for inner in (value.__cause__, value.__context__):
            if inner is not None:
                assert_clean(inner, secret)
    for text in seen:
        assert secret not in text
    if isinstance(value, LLMKitError) or attrs.has(type(value)):
        assert secret.encode() not in pickle.dumps(value)


def shown(value: object, depth: int = 6) -> str:
    """*value* as what prints local variables has it: reprs, and values field by field, as rich
    does, by what each field says of its own repr."""
    try:
        parts = [repr(value)]
    except Exception as error:  # those who print local variables live with it, too
        parts = [type(error).__name__]
    if depth and isinstance(value, Mapping):
        parts += [shown(item, depth - 1) for item in value.values()]
    elif depth and isinstance(value, list | tuple | set | frozenset):
        parts += [shown(item, depth - 1) for item in value]
    elif depth and attrs.has(type(value)) and not isinstance(value, type):
        parts += [
            each.repr(held) if callable(each.repr) else shown(held, depth - 1)
            for each in attrs.fields(cast("type[attrs.AttrsInstance]", type(value)))
            if each.repr and (held := getattr(value, each.name, None)) is not None
        ]
    return "\n".join(parts)


def frames(error: BaseException) -> Iterator[FrameType]:
    """Every frame in the tracebacks of *error* and of what it came from, but for the tests' own."""
    todo: list[BaseException | None] = [error]
    seen: set[int] = set()
    while todo:
        current = todo.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        todo += [current.__cause__, current.__context__]
        step: TracebackType | None = current.__traceback__
        while step is not None:
            if "/tests/" not in step.tb_frame.f_code.co_filename:
                yield step.tb_frame
            step = step.tb_next


def assert_clean_locals(error: BaseException, secret: str = KEY) -> None:
    """No local variable of a frame that *error* went through shows the secret."""
    found = list(frames(error))
    assert any("/llmkit/" in frame.f_code.co_filename for frame in found)
    for frame in found:
        for name, value in frame.f_locals.items():
            where = f"{frame.f_code.co_filename}:{frame.f_code.co_name}: {name}"
            assert secret not in shown(value), where
