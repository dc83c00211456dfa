"""Values in place of text: `client.parse`, in both colours."""

from __future__ import annotations

import enum
import pickle
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import pydantic
import pytest
from attrs import field, frozen
from colours import Colour, both

from llmkit import (
    ChatCompletionRequest,
    FinishReason,
    InvalidRequestError,
    Provider,
    ResponseFormat,
    ResponseParseError,
    ServerError,
    UserMessage,
    new_chat_completion_request,
    with_response_json_schema,
)
from llmkit._core.reask import Asking
from llmkit.adapters.structured import OUTPUT_TOOL
from llmkit.testing import Reply, ScriptedTransport, StreamReply, chat_reply, chat_stream


class Sky(enum.Enum):
    """How it looks."""

    CLEAR = "clear"
    GREY = "grey"


@frozen
class Weather:
    """What is asked for."""

    city: str
    high: float
    days: list[int] = field(factory=list)


@dataclass
class Point:
    """A dataclass."""

    x: int
    sky: Sky = Sky.GREY


class Song(TypedDict):
    """A TypedDict."""

    title: str


class Pair(NamedTuple):
    """A named tuple."""

    low: int
    high: int


class City(pydantic.BaseModel):
    """A pydantic model."""

    name: str
    people: int | None = None


TARGETS: dict[str, tuple[Any, Any]] = {
    "attrs": (Weather, Weather),
    "dataclass": (Point, Point),
    "TypedDict": (Song, dict),
    "NamedTuple": (Pair, Pair),
    "pydantic": (City, City),
    "str": (str, str),
    "int": (int, int),
    "float": (float, float),
    "bool": (bool, bool),
    "Decimal": (Decimal, Decimal),
    "enum": (Sky, Sky),
    "literal": (Literal["a", "b"], str),
    "list": (list[Weather], list),
    "list of primitives": (list[int], list),
    "tuple": (tuple[int, str], tuple),
    "mapping": (dict[str, Point], dict),
    "union": (Weather | Point, (Weather, Point)),
    "list of a union": (list[City | int], list),
    "optional": (Weather | None, (Weather, type(None))),
    "annotated": (Annotated[Weather, "today's"], Weather),
    "annotated, primitive": (Annotated[int, "a number"], int),
}

QUIRKS: dict[str, dict[str, Any]] = {
    "strict": {},
    "tool": {"response_formats": ["text"]},
}


def within(quirks: dict[str, Any]) -> Provider:
    """The embedded provider, which asks for a form in this way."""
    return Provider(
        "within", wire="openai-chat", base_url="http://echo.invalid/v1", auth=None,
        key_required=False, transport="echo", quirks=quirks,
    )  # fmt: skip


ASKED: ChatCompletionRequest[Any] = ChatCompletionRequest("openai/gpt-4o", [UserMessage("?")])
GOOD = '{"city": "Paris", "high": 21.5, "days": [1, 2]}'
PARIS = Weather("Paris", 21.5, [1, 2])
MISFIT = '{"city": "Paris", "days": [1, "x"]}'


def scripted(colour: Colour, *script: Any) -> tuple[Any, ScriptedTransport]:
    """A client whose provider answers so."""
    transport = ScriptedTransport(*script)
    return colour("openai/gpt-4o", api_key="k", transport=transport), transport


def bodies(transport: ScriptedTransport) -> list[Any]:
    """What was sent."""
    return [sent.json() for sent in transport.requests]


def streamed(text: str, size: int = 4, **more: Any) -> StreamReply:
    """*text* as a stream."""
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return chat_stream(*pieces, **more)


@both
@pytest.mark.parametrize("quirks", QUIRKS.values(), ids=QUIRKS)
@pytest.mark.parametrize(("target", "kind"), TARGETS.values(), ids=TARGETS)
def test_each_kind_of_type(colour: Colour, quirks: dict[str, Any], target: Any, kind: Any) -> None:
    """Asked for by schema or by a tool, whole or as it comes, it is a value of that type."""
    request = new_chat_completion_request(
        "within/demo", [UserMessage("?")], with_response_json_schema(target)
    )
    with colour(providers=[within(quirks)]) as door:
        parsed = door.parse(request)
        assert isinstance(parsed.value, kind)
        bare = ChatCompletionRequest("within/demo", [UserMessage("?")])
        assert door.parse(bare, target).value == parsed.value
        with door.stream(request) as stream:
            last = [*stream.partial()][-1]
        assert last.is_complete
        assert last.value == parsed.value
        assert type(last.value) is type(parsed.value)


@both
def test_a_value_at_once(colour: Colour) -> None:
    """One answer that fits is one try."""
    door, transport = scripted(colour, chat_reply(GOOD, usage=(3, 4)))
    with door:
        parsed = door.parse(ASKED, Weather, retries=3)
    assert parsed.value == PARIS
    assert parsed.tries == (parsed.response,)
    assert (parsed.usage.prompt_tokens, parsed.usage.completion_tokens) == (3, 4)
    assert parsed.latency == parsed.response.latency
    assert bodies(transport)[0]["response_format"]["type"] == "json_schema"


@both
def test_asked_again(colour: Colour) -> None:
    """The model sees its own answer and what is wrong with it; every try is counted."""
    replies = [chat_reply(text, usage=(10, 5)) for text in ('{"city": ', MISFIT, GOOD)]
    door, transport = scripted(colour, *replies)
    with door:
        parsed = door.parse(ASKED, Weather, retries=2)
    assert parsed.value == PARIS
    assert [answer.content for answer in parsed.tries] == ['{"city": ', MISFIT, GOOD]
    assert parsed.response is parsed.tries[-1]
    assert (parsed.usage.prompt_tokens, parsed.usage.completion_tokens) == (30, 15)
    assert parsed.usage.total_tokens == 45
    assert parsed.latency == sum((answer.latency for answer in parsed.tries), parsed.latency * 0)
    said = bodies(transport)[-1]["messages"]
    assert [message["role"] for message in said] == [
        *("user", "assistant", "user", "assistant", "user")
    ]
    assert [said[1]["content"], said[3]["content"]] == ['{"city": ', MISFIT]
    assert "- it is not JSON: " in said[2]["content"]
    assert "- $.high: is missing" in said[4]["content"]
    assert '- $.days[1]: must be an integer, not "x"' in said[4]["content"]
    assert "Traceback" not in said[2]["content"] + said[4]["content"]
    assert ASKED.response_format is None  # a request is a value


@both
def test_the_error_after_the_last_try(colour: Colour) -> None:
    """It holds the text, the finish reason, and the usage of all tries."""
    door, transport = scripted(colour, *(chat_reply(MISFIT, usage=(10, 5)) for _ in range(2)))
    with door, pytest.raises(ResponseParseError) as caught:
        door.parse(ASKED, Weather, retries=1)
    error = caught.value
    transport.assert_done()
    assert (error.reason, error.text) == ("type", MISFIT)
    assert error.finish_reason is FinishReason.STOP
    assert len(error.tries) == 2
    assert error.response is error.tries[-1]
    assert error.usage is not None
    assert error.usage.total_tokens == 30
    assert pickle.loads(pickle.dumps(error)).usage == error.usage


FINAL: dict[str, tuple[Any, str]] = {
    "no retries": (chat_reply(MISFIT), "type"),
    "length": (chat_reply('{"city": "Pa', finish_reason="length"), "length"),
    "filter": (chat_reply('{"city": "Pa', finish_reason="content_filter"), "content_filter"),
    "empty": (chat_reply(""), "empty"),
    "calls": (chat_reply("See.", tool_calls=[{"name": "look", "arguments": {}}]), "json"),
    "refusal": (
        Reply({"choices": [{"index": 0, "finish_reason": "stop",
                            "message": {"role": "assistant", "refusal": "No."}}]}),
        "refusal",
    ),
}  # fmt: skip


@both
@pytest.mark.parametrize("case", FINAL)
def test_what_is_not_asked_again(colour: Colour, case: str) -> None:
    """A refusal, a filter, a cut, an answer without text or with calls to make stay so."""
    reply, reason = FINAL[case]
    door, transport = scripted(colour, reply)
    with door, pytest.raises(ResponseParseError) as caught:
        door.parse(ASKED, Weather, retries=0 if case == "no retries" else 3)
    assert caught.value.reason == reason
    assert len(caught.value.tries) == len(transport.requests) == 1


@both
def test_a_call_that_fails_in_between(colour: Colour) -> None:
    """Its error holds the answers until then: they were paid for."""
    broken = Reply({"error": {"message": "oops"}}, 501)
    door, _ = scripted(colour, chat_reply(MISFIT), *[broken] * 3)
    with door, pytest.raises(ServerError) as caught:
        door.parse(ASKED, Weather, retries=1)
    assert [answer.content for answer in caught.value.tries] == [MISFIT]


@both
def test_a_target_beside_a_form(colour: Colour) -> None:
    """The request's own form is what is sent; the target is what is made."""
    asked = ASKED.with_options(with_response_json_schema({"type": "object"}, name="mine"))
    door, transport = scripted(colour, chat_reply(GOOD), chat_reply(GOOD))
    with door:
        assert door.parse(asked, Weather).value == PARIS
        assert door.parse(asked).value == {"city": "Paris", "high": 21.5, "days": [1, 2]}
    for sent in bodies(transport):
        assert sent["response_format"]["json_schema"]["name"] == "mine"


@both
@pytest.mark.parametrize("retries", [-1, None, True, "2"])
def test_retries_are_a_count(colour: Colour, retries: Any) -> None:
    """Anything else is refused before anything is sent, like a type without a JSON form."""
    door, transport = scripted(colour)
    with door:
        with pytest.raises(InvalidRequestError) as caught:
            door.parse(ASKED, Weather, retries=retries)
        assert caught.value.field == "retries"
        with pytest.raises(InvalidRequestError):
            door.parse(ASKED, bytes)
        with pytest.raises(InvalidRequestError):
            door.parse("What?", Weather)
        with pytest.raises(InvalidRequestError):
            door.stream(ASKED).partial(bytes)
    assert transport.requests == []


@both
def test_words_before_a_forced_call(colour: Colour) -> None:
    """The call's arguments are the answer, asked again or not; the words are kept beside it."""
    said = "I shall answer {so}: "
    calls = [{"name": OUTPUT_TOOL, "arguments": GOOD}]
    wrong = [{"name": OUTPUT_TOOL, "arguments": MISFIT}]
    transport = ScriptedTransport(
        chat_reply(said, tool_calls=wrong),
        chat_reply(said, tool_calls=calls),
        chat_stream(said[:9], said[9:], tool_calls=calls),
    )
    mine = Provider(
        "mine", wire="openai-chat", base_url="https://mine.test/v1", quirks=QUIRKS["tool"]
    )
    request = ChatCompletionRequest(
        "mine/m", [UserMessage("?")], response_format=ResponseFormat.json_schema(Weather)
    )
    with colour(providers=[mine], transport=transport) as door:
        parsed = door.parse(request, retries=1)
        with door.stream(request) as stream:
            *_, last = stream.partial()
            whole = stream.response()
    assert parsed.value == last.value == whole.parse() == PARIS
    for answer in (parsed.response, whole):
        assert (answer.content, answer.assistant_message().reasoning) == (GOOD, said)
    assert bodies(transport)[1]["messages"][1]["content"] == MISFIT


def test_the_schema_that_is_sent_is_the_types() -> None:
    """What `parse(request, Weather)` asks for is what `with_response_json_schema` says."""
    asking = Asking(ASKED, Weather, 0)
    assert asking.request.response_format == ResponseFormat.json_schema(Weather)
