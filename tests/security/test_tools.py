"""What a tool raises goes to the model, and no key with it."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from colours import AsyncDoor, Colour, both

from llmkit import ChatCompletionRequest, Tool, UserMessage
from llmkit.testing import ScriptedTransport, chat_reply

from .looking import KEY, OTHER

ASKS = chat_reply(tool_calls=[{"name": "fetch", "arguments": {}}])


class Unsendable:
    """A value without a JSON form, whose refusal repeats it."""

    def __repr__(self) -> str:
        return f"<{KEY}>"


def fails() -> str:
    """Fetch."""
    raise ValueError(f"GET https://a.example failed with {KEY} and {OTHER}")


def gives() -> object:
    """Fetch."""
    return Unsendable()


@both
@pytest.mark.parametrize("tool", [fails, gives])
@pytest.mark.parametrize("given", ["as text", "by a function"])
def test_a_tools_own_error_tells_the_model_no_key(colour: Colour, tool: Any, given: str) -> None:
    """Whether the key was fixed, or a function gave it for the question before."""
    key: Any = KEY if given == "as text" else lambda: KEY
    transport = ScriptedTransport(ASKS, chat_reply("Sorry."))
    request = ChatCompletionRequest(
        "openai/m", [UserMessage("Hi")], extra_headers={"X-Other-Token": OTHER}
    )
    tools = [Tool("fetch", function=tool)]
    with colour(api_key=key, transport=transport) as door:
        run = door.client.run_tools(request, tools=tools)
        if isinstance(door, AsyncDoor):
            run = door.run(run)
    sent = transport.requests[1].body
    assert b'"role":"tool"' in sent
    for secret in (KEY, OTHER):
        assert secret.encode() not in sent
        assert secret not in repr(run) + str(run.to_dict())
        assert secret.encode() not in pickle.dumps(run)
    (result,) = run.rounds[0].results
    assert result.is_error
    if tool is fails:
        assert result.content is not None
        assert "[REDACTED] and [REDACTED]" in result.content
        # The caller has the exception as it was: it is his own tool's.
        assert KEY in str(result.error)
