"""Testing what is built on llmkit: without a network, and with nothing patched.

A transport is what a client sends its bytes through; give it one of these, in either colour:

    >>> from llmkit import Client, UserMessage, ChatCompletionRequest
    >>> from llmkit.testing import ScriptedTransport, chat_reply
    >>> transport = ScriptedTransport(chat_reply("Paris."))
    >>> client = Client("openai/gpt-4o", api_key="test", transport=transport)
    >>> client.chat_completion(ChatCompletionRequest("", [UserMessage("Capital?")])).content
    'Paris.'
    >>> transport.requests[0].json()["model"]
    'gpt-4o'
    >>> transport.assert_done()

- `ScriptedTransport` answers what its script says, reply by reply: whole, in pieces, late,
  broken off, or with an error.
- `RecordingTransport` writes down what a real transport sent and got, keys taken out, and
  `ReplayTransport` plays it back.
- `chat_reply`, `chat_stream` and `sse` write the wire's bytes in one line.

For answers without any script there is the provider `echo`: `Client("echo/demo")`.
"""

from __future__ import annotations

from .recorded import RecordingTransport, ReplayTransport
from .scripted import Pause, Reply, ScriptedTransport, SentRequest, StreamReply
from .wire import chat_reply, chat_stream, sse

__all__ = [
    "Pause",
    "RecordingTransport",
    "ReplayTransport",
    "Reply",
    "ScriptedTransport",
    "SentRequest",
    "StreamReply",
    "chat_reply",
    "chat_stream",
    "sse",
]
