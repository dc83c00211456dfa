"""What the user gives: a prompt, stdin, files; as a message and a schema."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import FilePart, ImagePart, TextPart, UserMessage
from .._json import JsonObject, loads
from .._models.parts import ContentPart
from .endings import UsageError
from .render import asks_on_terminal


def piped_text() -> str:
    """What stdin holds where it is no terminal, without the newline at its end.

    Raises:
        UsageError: it is not text in UTF-8.
    """
    if sys.stdin is None or asks_on_terminal():
        return ""
    try:
        return sys.stdin.buffer.read().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise UsageError("stdin is not text in UTF-8; give files with --file or --image") from None
    except OSError as error:
        raise UsageError(f"cannot read stdin: {error.strerror}") from None


def user_message(
    prompt: str, piped: str, images: Sequence[Path], files: Sequence[Path]
) -> UserMessage | None:
    """The first message: the prompt and stdin with a blank line between, then the files.

    Returns:
        The message, or None where nothing at all was given.

    Raises:
        InvalidRequestError: a file cannot be read, or is no image.
    """
    parts: list[ContentPart] = []
    text = "\n\n".join(part for part in (prompt, piped) if part.strip())
    if text:
        parts.append(TextPart(text))
    parts += [ImagePart.from_path(path) for path in images]
    parts += [FilePart.from_path(path) for path in files]
    return UserMessage(parts) if parts else None


def schema_from(path: Path) -> JsonObject:
    """The JSON Schema in the file at *path*.

    Raises:
        UsageError: it cannot be read, or holds no JSON object.
    """
    try:
        schema = loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}") from None
    if not isinstance(schema, dict):
        raise UsageError(f"{path} is not a JSON Schema: it holds no object")
    return schema


def write_json(value: object) -> None:
    """Print *value* as JSON, in UTF-8 whatever the locale."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    # Half of a surrogate pair has no UTF-8; as an escape it is the same JSON.
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()
