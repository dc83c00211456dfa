"""A call whose arguments come in pieces, which Vertex AI streams when it is asked to.

Source: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ..._json import as_text

_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d{1,6})\]|\['([^']*)'\]")
_MOST: Final = 10_000  # elements in one list of arguments


class PartialCall:
    """One such call, growing.

    Attributes:
        part: what has come of it, as a part of the usual form.
    """

    def __init__(self) -> None:
        self._call: dict[str, Any] = {"args": {}}
        self.part: dict[str, Any] = {"functionCall": self._call}

    def add(self, part: Mapping[str, Any]) -> bool:
        """Take the next piece; whether it was the last."""
        call = part["functionCall"]
        for name in ("id", "name"):
            if call.get(name):
                self._call.setdefault(name, call[name])
        if part.get("thoughtSignature"):
            self.part.setdefault("thoughtSignature", part["thoughtSignature"])
        if isinstance(call.get("args"), dict):
            self._call["args"].update(call["args"])
        pieces = call.get("partialArgs")
        for piece in pieces if isinstance(pieces, list) else []:
            if isinstance(piece, dict):
                _put(self._call["args"], as_text(piece.get("jsonPath")), _value(piece))
        return not call.get("willContinue")


def _value(piece: Mapping[str, Any]) -> Any:
    for name in ("stringValue", "numberValue", "boolValue"):
        if name in piece:
            return piece[name]
    return None


def _put(args: dict[str, Any], path: str, value: Any) -> None:
    """Set, or of text append, *value* at *path*: `$.city.names[0]`."""
    steps: list[str | int] = [
        int(found[2]) if found[2] is not None else found[1] or found[3] or ""
        for found in _STEP.finditer(path)
    ]
    inside: Any = args
    for step, following in zip(steps, [*steps[1:], None]):
        if isinstance(step, int):
            if not isinstance(inside, list) or step >= _MOST:
                return
            inside += [None] * (step + 1 - len(inside))
        elif not isinstance(inside, dict):
            return
        old = inside.get(step) if isinstance(inside, dict) else inside[step]
        if following is None:
            joined = isinstance(old, str) and isinstance(value, str)
            inside[step] = old + value if joined else value
            return
        if old is None:
            old = inside[step] = [] if isinstance(following, int) else {}
        inside = old
