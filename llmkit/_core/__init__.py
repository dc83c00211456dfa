"""What a call is, without I/O: resolve → build → (send) → finish, or decode.

Both doors run through here; all that they add is the sending, and `await`.
"""

from __future__ import annotations

from .call import Call, Key, Target, key_failed, key_of
from .chat_call import ChatCall
from .core import Core

__all__ = [
    "Call",
    "ChatCall",
    "Core",
    "Key",
    "Target",
    "key_failed",
    "key_of",
]
