"""ai-lib-python: a pipeline that a manifest describes. The package brings no manifests."""

from __future__ import annotations

import json
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from . import KEY, MODELS, Setup, Take, Told

ai_lib: Any = import_module("ai_lib_python")  # by name, for mypy: see openai.py


class Asking(NamedTuple):
    """A client, and what it asks."""

    client: Any
    messages: list[Any]
    folder: tempfile.TemporaryDirectory[str]


async def make_client(setup: Setup) -> Asking:
    """A client."""
    folder = tempfile.TemporaryDirectory()
    manifest = {
        "id": "openai",
        "endpoint": {"base_url": setup.url + "/v1"},
        "auth": {"type": "bearer", "token_env": "OPENAI_API_KEY"},
        "endpoints": {"chat": {"path": "/chat/completions", "method": "POST"}},
        "capabilities": {"streaming": True, "tools": True},
    }
    providers = Path(folder.name, "v1", "providers")
    providers.mkdir(parents=True)
    (providers / "openai.json").write_text(json.dumps(manifest))
    builder = ai_lib.AiClient.builder().model(f"openai/{MODELS['openai-chat']}")
    client = await builder.protocol_path(folder.name).api_key(KEY).build()
    asked = [ai_lib.Message.user(message["content"]) for message in setup.messages]
    return Asking(client, asked, folder)


async def acall(asking: Asking) -> Told:
    """Ask."""
    answer = await asking.client.chat().messages(asking.messages).execute()
    return Told(answer.content, answer.completion_tokens)


async def astream(asking: Asking, take: Take) -> int | None:
    """Ask for a stream."""
    tokens = None
    async for event in asking.client.chat().messages(asking.messages).stream():
        if event.is_content_delta:
            if text := event.as_content_delta.content:
                take(text)
        elif event.is_metadata and event.as_metadata.usage:
            tokens = event.as_metadata.usage["completion_tokens"]
    return tokens
