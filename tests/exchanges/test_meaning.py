"""The judge itself: what it takes for the same, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from .meaning import differences

CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1, "b": 2}'}}

SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a text and its one part": (
        {"messages": [{"role": "user", "content": "hi"}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
    ),
    "null and a key left out": ({"seed": None, "messages": []}, {"messages": []}),
    "one stop and a list of it": ({"stop": ["x"]}, {"stop": "x"}),
    "two names for a limit": ({"max_completion_tokens": 9}, {"max_tokens": 9}),
    "no stream said twice": ({}, {"stream": False}),
    "arguments in another order": (
        {"messages": [{"role": "assistant", "content": None, "tool_calls": [CALL]}]},
        {
            "messages": [
                {
                    "role": "assistant",
                    "tool_calls": [
                        {
                            **CALL,
                            "index": 0,
                            "function": {"name": "f", "arguments": '{"b":2,"a":1}'},
                        }
                    ],
                }
            ]
        },
    ),
    "usage that only we ask for": (
        {"stream": True, "stream_options": {"include_usage": True}},
        {"stream": True},
    ),
}

OTHER: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "another text": (
        {"messages": [{"role": "user", "content": "hi"}]},
        {"messages": [{"role": "user", "content": "ho"}]},
        "messages[0].content",
    ),
    "another role": (
        {"messages": [{"role": "system", "content": "hi"}]},
        {"messages": [{"role": "developer", "content": "hi"}]},
        "messages[0].role",
    ),
    "a message less": (
        {"messages": []},
        {"messages": [{"role": "user", "content": "hi"}]},
        "messages",
    ),
    "a lost cache marker": (
        {"messages": [{"role": "user", "content": "hi"}]},
        {
            "messages": [
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "hi", "cache_control": {}}],
                }
            ]
        },
        "messages[0].content",
    ),
    "lost thinking": (
        {"messages": [{"role": "assistant", "content": "hi"}]},
        {"messages": [{"role": "assistant", "content": "hi", "reasoning": "hm"}]},
        "messages[0].reasoning",
    ),
    "another argument": (
        {"messages": [{"role": "assistant", "tool_calls": [CALL]}]},
        {
            "messages": [
                {
                    "role": "assistant",
                    "tool_calls": [{**CALL, "function": {"name": "f", "arguments": '{"a":1}'}}],
                }
            ]
        },
        "messages[0].tool_calls[0].arguments.b",
    ),
    "a strictness left out": (
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"tools": [{"type": "function", "function": {"name": "f", "strict": False}}]},
        "tools[0].function.strict",
    ),
    "one for true": ({"logprobs": 1}, {"logprobs": True}, "logprobs"),
    "usage that only they ask for": (
        {"stream": True},
        {"stream": True, "stream_options": {"include_usage": True}},
        "stream_options",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_bodies_that_mean_the_same_do_not_differ(name: str) -> None:
    """Another way to say the same thing is no difference, in either direction."""
    ours, theirs = SAME[name]
    assert differences(ours, theirs) == []


@pytest.mark.parametrize("name", OTHER)
def test_bodies_that_mean_something_else_differ(name: str) -> None:
    """A difference in meaning is found, and its path says where."""
    ours, theirs, path = OTHER[name]
    assert [difference.path for difference in differences(ours, theirs)] == [path]
