"""Values that are filled while they are open: in the end they are like any other."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import asdict, evolve
from attrs.exceptions import FrozenInstanceError

from llmkit import (
    AssistantMessage,
    ChatCompletionChoice,
    ChatCompletionRequest,
    ChatCompletionResponse,
    FinishReason,
    TextPart,
    Usage,
    UserMessage,
)
from llmkit._http import NO_HEADERS, Headers
from llmkit._models.logprobs import Logprobs
from llmkit._models.made import made_choice, made_response, made_text, made_usage, settled
from llmkit._retry import Attempt
from llmkit.errors import InvalidRequestError

PARTS = (TextPart("a"), TextPart("b", signature="s", provider="p"))
LOGPROBS = Logprobs(())
MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


def made_pairs() -> Iterator[tuple[Any, Any]]:
    """Values that were made fast, and by their constructors."""
    yield made_text("a"), TextPart("a")
    yield made_text("a", "s", "p"), TextPart("a", signature="s", provider="p")
    counts = (1, 2, 3, 4, 5, 6)
    yield made_usage(*counts, {"x": 1}), Usage(*counts, raw={"x": 1})
    usage = made_usage(*counts, {}, reported=False)
    yield usage, Usage(*counts, reported=False)
    message, stop = AssistantMessage(list(PARTS)), FinishReason.STOP
    choice = made_choice(2, PARTS, stop, "end", LOGPROBS, {"f": 1})
    yield choice, ChatCompletionChoice(2, message, stop, "end", LOGPROBS, {"f": 1})
    yield made_choice(0, (), stop, None), ChatCompletionChoice(0, AssistantMessage(), stop)
    yield (
        made_response("i", "m", "p", (choice,), usage, {"x": 1}, created=MOMENT, kind="k"),
        ChatCompletionResponse(
            id="i",
            object="k",
            created=MOMENT,
            model="m",
            provider="p",
            choices=(choice,),
            usage=usage,
            headers=NO_HEADERS,
            raw={"x": 1},
        ),
    )


@pytest.mark.parametrize(("fast", "plain"), [*made_pairs()])
def test_what_is_made_fast_is_a_value_like_any_other(fast: Any, plain: Any) -> None:
    """The same type, equal, frozen; it can be shown, copied and pickled."""
    assert type(fast) is type(plain)
    assert fast == plain
    assert repr(fast) == repr(plain)
    assert asdict(fast) == asdict(plain)
    assert evolve(fast) == copy.copy(fast) == plain
    assert pickle.loads(pickle.dumps(fast)) == plain
    with pytest.raises(FrozenInstanceError):
        setattr(fast, fast.__attrs_attrs__[0].name, None)
    with pytest.raises(AttributeError):
        object.__setattr__(fast, "other", None)


def test_an_answer_is_told_what_its_call_knows() -> None:
    """Each value in its place, and nothing else changed; then it is frozen as before."""
    known: dict[str, Any] = {
        "model": "m",
        "provider": "p",
        "latency": timedelta(seconds=1),
        "request_id": "r",
        "headers": Headers({"a": "b"}),
        "attempts": (Attempt(200, None, 0.0, 1.0),),
        "adjustments": (),
        "response_format": None,
    }
    made = made_response("", "", "", (), Usage(1), {"x": 1})
    expected = evolve(made, id="i", **known)
    told = settled(made, answer_id="i", **known)
    assert told == expected
    assert type(told) is ChatCompletionResponse
    with pytest.raises(FrozenInstanceError):
        told.id = "j"  # type: ignore[misc]  # that is the question


class Mine(ChatCompletionRequest[object]):
    """Somebody's own kind of request."""

    note = ""


def test_a_request_is_closed_when_it_is_made() -> None:
    """Of its own class, frozen to the last field, and so is one of a class made from it."""
    messages = [UserMessage("Hi")]
    for kind in (ChatCompletionRequest, Mine):
        made = kind("m", messages, temperature=0.5)
        assert type(made) is kind
        assert type(evolve(made, seed=1)) is kind
        assert pickle.loads(pickle.dumps(made)) == copy.copy(made) == made
        for name in ("model", "temperature", "extra_body"):
            with pytest.raises(FrozenInstanceError):
                setattr(made, name, None)
            with pytest.raises(FrozenInstanceError):
                delattr(made, name)
    mine = Mine("m", messages)
    object.__setattr__(mine, "note", "it has room for this")
    assert mine.note == "it has room for this"
    assert hash(made_text("a")) == hash(TextPart("a"))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        *((name, "x") for name in ("max_tokens", "temperature", "top_p", "top_k", "n", "seed")),
        *((name, "x") for name in ("frequency_penalty", "presence_penalty", "top_logprobs")),
        *((name, "x") for name in ("parallel_tool_calls", "logprobs", "safe_prompt", "stream")),
        *((name, 1) for name in ("prompt_mode", "user", "service_tier")),
        *((name, "x") for name in ("reasoning_budget", "random_seed")),
        ("reasoning_effort", "some"),
        ("unsupported", "some"),
        ("stream", None),
        ("max_tokens", 0),
        ("n", 0),
        ("top_k", -1),
        ("temperature", 2.1),
        ("top_p", 1.1),
        ("presence_penalty", -2.1),
    ],
)
def test_each_value_is_looked_at_alone_and_among_others(name: str, wrong: object) -> None:
    """A wrong value is refused by its name, whatever else is given."""
    others: dict[str, Any] = {"max_tokens": 5, "temperature": 1, "user": "u", "stream": True}
    for given in ({name: wrong}, {**others, name: wrong}):
        with pytest.raises(InvalidRequestError) as caught:
            ChatCompletionRequest("m", [UserMessage("Hi")], **given)
        assert caught.value.field == name
