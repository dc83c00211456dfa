"""The judge of Anthropic's bodies: what it takes for the same, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from .anthropic_wire import messages_differences

USER = {"role": "user", "content": "hi"}
RESULT = {"type": "tool_result", "tool_use_id": "t", "content": "ok"}


def body(*messages: Any, **more: Any) -> dict[str, Any]:
    """A body of *messages*, or of a greeting."""
    return {"messages": list(messages) or [USER], **more}


SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a text and its one block": (
        body(),
        body({"role": "user", "content": [{"type": "text", "text": "hi"}]}),
    ),
    "neighbours of a role": (
        body({"role": "user", "content": [{"type": "text", "text": "a"}, RESULT]}),
        body({"role": "user", "content": "a"}, {"role": "user", "content": [RESULT]}),
    ),
    "a result that is no error": (
        body({"role": "user", "content": [RESULT]}),
        body({"role": "user", "content": [{**RESULT, "is_error": False}]}),
    ),
    "no tools": (body(), body(tools=[])),
    "auto, which is the default": (body(), body(tool_choice={"type": "auto"})),
    "the older name of the form": (
        body(output_config={"format": {"type": "json_schema"}}),
        body(output_format={"type": "json_schema"}),
    ),
}

OTHER: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "another text": (
        body(),
        body({"role": "user", "content": "ho"}),
        "messages[0].content[0].text",
    ),
    "a lost marker": (
        body(system="a"),
        body(system=[{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]),
        "system[0].cache_control",
    ),
    "a lost error": (
        body({"role": "user", "content": [RESULT]}),
        body({"role": "user", "content": [{**RESULT, "is_error": True}]}),
        "messages[0].content[0].is_error",
    ),
    "calls at once or not": (
        body(tool_choice={"type": "auto"}),
        body(tool_choice={"type": "auto", "disable_parallel_tool_use": True}),
        "tool_choice",
    ),
    "a key of ours alone": (body(top_k=1), body(), "top_k"),
}


@pytest.mark.parametrize("name", SAME)
def test_bodies_that_mean_the_same_do_not_differ(name: str) -> None:
    """Another way to say the same thing is no difference."""
    ours, theirs = SAME[name]
    assert messages_differences(ours, theirs) == []


@pytest.mark.parametrize("name", OTHER)
def test_bodies_that_mean_something_else_differ(name: str) -> None:
    """A difference in meaning is found, and its path says where."""
    ours, theirs, path = OTHER[name]
    assert [one.path for one in messages_differences(ours, theirs)] == [path]
