"""Frames of AWS's binary event stream, made for the tests."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from zlib import crc32


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One frame whose headers are all text."""
    packed = b"".join(
        named(name, 7, struct.pack(">H", len(value.encode())) + value.encode())
        for name, value in headers.items()
    )
    return framed(packed, payload)


def named(name: str, kind: int, value: bytes) -> bytes:
    """One header: its name, the number of its type, and its value as packed for that type."""
    return bytes([len(name.encode())]) + name.encode() + bytes([kind]) + value


def framed(headers: bytes, payload: bytes) -> bytes:
    """One frame of packed headers."""
    prelude = struct.pack(">II", len(headers) + len(payload) + 16, len(headers))
    checked = prelude + struct.pack(">I", crc32(prelude)) + headers + payload
    return checked + struct.pack(">I", crc32(checked))


def event(kind: str, data: object) -> bytes:
    """An event as AWS's services send them."""
    headers = {
        ":event-type": kind,
        ":content-type": "application/json",
        ":message-type": "event",
    }
    return frame(headers, json.dumps(data).encode())


def exception(kind: str, data: object) -> bytes:
    """An exception in the middle of a stream."""
    headers = {
        ":exception-type": kind,
        ":content-type": "application/json",
        ":message-type": "exception",
    }
    return frame(headers, json.dumps(data).encode())
