"""liter-llm's page "Chat Completions", and what its reference says beyond it."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from colours import Colour, both

from llmkit import (
    AssistantMessage,
    AsyncClient,
    BadRequestError,
    ContentFilterError,
    ContextLengthError,
    Provider,
    QuotaExceededError,
    RateLimitError,
    ReasoningPart,
    RetryPolicy,
    TimeoutError,
    UnsupportedParameterError,
    Usage,
)
from llmkit.testing import Reply, ScriptedTransport, chat_reply, chat_stream

from .playing import KEY, delta, play, sent, streamed, whole

MODEL = "openai/gpt-4o"
HELLO = [{"role": "user", "content": "Hello!"}]

PROMISED = {
    "page": (
        "3-5 7-120 122 124-131 133 135-161 163-180 182-235 237 239 241-258 260-262 264 266-275 "
        "277 279-283 285-287 289 291-297 299 301-336 338-364 366-368"
    )
}
"""The lines of the page that promise something."""


@both
def test_a_chat_of_a_model_and_dicts(colour: Colour) -> None:
    """`chat(model=…, messages=[…])`, messages as mappings; the answer in OpenAI's shape."""
    with play(colour, chat_reply("Hi!")) as door:
        response = door.execute(door.chat(model=MODEL, messages=HELLO))
        assert response.choices[0].message.content == "Hi!"
        assert sent(door)["messages"] == HELLO


def test_the_line_itself_is_awaited() -> None:
    """`await client.chat(model=…, messages=[…])`, letter for letter, `AsyncClient` for
    `LlmClient`; the key as `api_key`."""

    async def main() -> None:
        script = ScriptedTransport(chat_reply("Hi!"))
        client = AsyncClient(api_key=KEY, transport=script)
        response = await client.chat(
            model="openai/gpt-4o",
            messages=[{"role": "user", "content": "Hello!"}],
        )
        assert response.choices[0].message.content == "Hi!"
        assert script.requests[0].headers["Authorization"] == f"Bearer {KEY}"
        await client.aclose()

    asyncio.run(main())


@both
@pytest.mark.parametrize("role", ["system", "user", "assistant", "tool", "developer"])
def test_a_role(colour: Colour, role: str) -> None:
    """Each of the five goes out as it is, where the provider has it."""
    more = {"tool_call_id": "c1"} if role == "tool" else {}
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    before = [{"role": "assistant", "content": None, "tool_calls": [call]}] if more else []
    message = {"role": role, "content": "Hm.", **more}
    with play(colour, chat_reply("Hi!")) as door:
        door.execute(door.chat(MODEL, [*HELLO, *before, message, *HELLO]))
        assert sent(door)["messages"][-2] == message


@both
def test_turns_are_appended(colour: Colour) -> None:
    """A list of mappings that grows, sent again with each turn."""
    with play(colour, chat_reply("Paris."), chat_reply("Berlin.")) as door:
        messages = [
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": "What is the capital of France?"},
        ]
        response = door.execute(door.chat(model=MODEL, messages=messages))
        content = response.choices[0].message.content
        messages.append({"role": "assistant", "content": content})
        messages.append({"role": "user", "content": "What about Germany?"})
        response = door.execute(door.chat(model=MODEL, messages=messages))
        assert response.choices[0].message.content == "Berlin."
        assert sent(door)["messages"] == messages


VALUES: dict[str, tuple[list[Any], str]] = {
    "temperature": ([0, 0.7, 2], "temperature"),
    "top_p": ([0.1, 1.0], "top_p"),
    "max_tokens": ([100], "max_completion_tokens"),
    "n": ([1, 2], "n"),
    "presence_penalty": ([-2.0, 0, 2.0], "presence_penalty"),
    "frequency_penalty": ([-2.0, 0, 2.0], "frequency_penalty"),
    "seed": ([0, 42], "seed"),
    "reasoning_effort": (["low", "medium", "high"], "reasoning_effort"),
}


@both
@pytest.mark.parametrize("name", VALUES)
def test_a_parameter(colour: Colour, name: str) -> None:
    """Sent as it is, zero too; left out where it is not given."""
    values, there = VALUES[name]
    for value in values:
        with play(colour, chat_reply("a"), chat_reply("b")) as door:
            door.execute(
                door.chat("openai/o3" if "effort" in name else MODEL, HELLO, **{name: value})
            )
            assert sent(door)[there] == value
            door.execute(door.chat(MODEL, HELLO))
            assert there not in sent(door)


@both
def test_stop_is_a_text_or_a_list(colour: Colour) -> None:
    """Either form."""
    for given in ("END", ["END", "STOP"]):
        with play(colour, chat_reply("a")) as door:
            door.execute(door.chat(MODEL, HELLO, stop=given))
            assert sent(door)["stop"] == ([given] if isinstance(given, str) else given)


@both
def test_parameters_go_with_the_call(colour: Colour) -> None:
    """As keywords, several at once."""
    with play(colour, chat_reply("Rust...")) as door:
        door.execute(door.chat(MODEL, HELLO, temperature=0.7, max_tokens=100, top_p=0.9))
        body = sent(door)
    assert (body["temperature"], body["max_completion_tokens"], body["top_p"]) == (0.7, 100, 0.9)


@both
def test_nothing_is_ignored_in_silence(colour: Colour) -> None:
    """What a provider cannot do is an error before sending; dropped only where that was asked
    for, and listed then."""
    with play(colour, chat_reply("a"), model="mistral/mistral-small-latest") as door:
        chain = door.chat(messages=HELLO, logit_bias={"5": 1})
        with pytest.raises(UnsupportedParameterError):
            door.execute(chain)
        assert door.transport.requests == []
        response = door.execute(chain.set(unsupported="drop"))
        assert [change.field for change in response.adjustments] == ["logit_bias"]
        assert "logit_bias" not in sent(door)


@both
def test_usage_is_always_there(colour: Colour) -> None:
    """With its three counts; `reported` tells whether the provider sent any."""
    with play(colour, chat_reply("a", usage=(3, 2)), chat_reply("b", usage=None)) as door:
        usage = door.execute(door.chat(MODEL, HELLO)).usage
        assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (3, 2, 5)
        assert usage.reported
        usage = door.execute(door.chat(MODEL, HELLO)).usage
        assert (usage.reported, usage.total_tokens) == (False, 0)


@both
def test_the_cost_is_estimated(colour: Colour) -> None:
    """In Python too: exact decimals, and None where the price is not known."""
    pytest.importorskip("genai_prices", reason="of the extra `prices`")
    script = chat_reply("a", usage=(1000, 100), model="gpt-4o"), chat_reply("b", model="no-such")
    with play(colour, *script) as door:
        cost = door.execute(door.chat(MODEL, HELLO)).estimated_cost()
        assert isinstance(cost, Decimal)
        assert 0 < cost < 1
        assert door.execute(door.chat("openai/no-such", HELLO)).estimated_cost() is None


@both
def test_what_a_call_took_is_a_value(colour: Colour) -> None:
    """For tracking of one's own: tokens, provider, model and time are on each response. Spans
    of OpenTelemetry are not promised yet."""
    with play(colour, chat_reply("a", usage=(3, 2), model="gpt-4o-2024")) as door:
        response = door.execute(door.chat(MODEL, HELLO))
    assert (response.provider, response.model) == ("openai", "gpt-4o-2024")
    assert response.usage.total_tokens == 5
    assert response.latency.total_seconds() > 0


@both
def test_a_json_object_is_asked_for(colour: Colour) -> None:
    """`response_format` as a mapping; `parse()` reads the answer."""
    with play(colour, chat_reply('{"colors":["red"]}')) as door:
        response = door.execute(door.chat(MODEL, HELLO, response_format={"type": "json_object"}))
        assert sent(door)["response_format"] == {"type": "json_object"}
        assert response.parse() == {"colors": ["red"]}


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Get the current weather for a location",
            "parameters": {
                "type": "object",
                "properties": {
                    "location": {"type": "string", "description": "City name"},
                },
                "required": ["location"],
            },
        },
    }
]


@both
def test_tools_are_dicts(colour: Colour) -> None:
    """In OpenAI's form, as they are."""
    with play(colour, chat_reply("a")) as door:
        door.execute(door.chat(MODEL, HELLO, tools=TOOLS))
        assert sent(door)["tools"] == TOOLS


@both
def test_a_call_has_a_function(colour: Colour) -> None:
    """`call.function.name`, `call.function.arguments` (a JSON text), as the page has it; and
    `call.name`, `call.arguments` (parsed), which is llmkit's own form."""
    calls = [{"name": "get_weather", "arguments": {"location": "Berlin"}}]
    with play(colour, chat_reply(tool_calls=calls)) as door:
        response = door.execute(door.chat(MODEL, HELLO, tools=TOOLS))
    told = []
    choice = response.choices[0]
    if choice.message.tool_calls:
        for call in choice.message.tool_calls:
            told.append(f"Tool: {call.function.name}, Args: {call.function.arguments}")
            assert (call.name, call.arguments) == ("get_weather", {"location": "Berlin"})
    assert told == ['Tool: get_weather, Args: {"location":"Berlin"}']


@both
def test_a_stream_in_openais_shape(colour: Colour) -> None:
    """`chunk.choices[0].delta.content` of each chunk that has choices."""
    with play(colour, chat_stream("Hel", "lo")) as door:
        request = door.chat(MODEL, HELLO).request()
        said = [
            chunk.choices[0].delta.content or "" for chunk in door.stream(request) if chunk.choices
        ]
    assert "".join(said) == "Hello"


@both
def test_other_fields_of_a_request(colour: Colour) -> None:
    """Those of OpenAI by their names; a new one in `extra_body`."""
    fields: dict[str, Any] = {
        "logit_bias": {"5": 1},
        "user": "u",
        "logprobs": True,
        "top_logprobs": 2,
        "max_completion_tokens": 5,
        "service_tier": "flex",
        "metadata": {"a": "b"},
        "parallel_tool_calls": False,
    }
    with play(colour, chat_reply("a")) as door:
        chain = door.chat(MODEL, HELLO, tools=TOOLS, extra_body={"store": True}, **fields)
        door.execute(chain)
        assert {name: sent(door)[name] for name in fields} == fields
        assert sent(door)["store"] is True


@both
def test_cached_tokens_are_part_of_the_prompt(colour: Colour) -> None:
    """On every provider: Anthropic's own counts, which leave them out, are added up."""
    counts = {
        "input_tokens": 3,
        "cache_read_input_tokens": 90,
        "cache_creation_input_tokens": 7,
        "output_tokens": 2,
    }
    body = {"id": "m", "type": "message", "role": "assistant", "content": [], "usage": counts}
    with play(colour, Reply(body), model="anthropic/claude-sonnet-4-5") as door:
        usage = door.execute(door.chat(messages=HELLO, max_tokens=9)).usage
    assert usage == Usage(100, 2, 102, 90, 7, raw=counts)


@both
def test_thinking_and_refusals_are_read(colour: Colour) -> None:
    """`reasoning` and `refusal` of a message, for its `reasoning_text()` and `refusal_text()`."""
    message = {"role": "assistant", "content": None, "refusal": "No.", "reasoning_content": "Hm."}
    reply = whole({"index": 0, "message": message, "finish_reason": "stop"})
    with play(colour, reply) as door:
        said = door.execute(door.chat(MODEL, HELLO)).assistant_message()
    assert (said.refusal, said.reasoning, said.content) == ("No.", "Hm.", None)


@both
def test_seals_come_back(colour: Colour) -> None:
    """A signature of Anthropic's survives the answer, and goes back in the next request."""
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "c2VhbA=="}
    body = {"content": [thought, {"type": "text", "text": "4"}], "role": "assistant", "id": "m"}
    model = "anthropic/claude-sonnet-4-5"
    with play(colour, Reply(body), Reply(body), model=model) as door:
        chain = door.chat(messages=HELLO, max_tokens=9)
        said = door.execute(chain).assistant_message()
        assert isinstance(said.parts[0], ReasoningPart)
        door.execute(chain.messages([said, *HELLO]))
        assert sent(door)["messages"][1]["content"][0] == thought


@both
def test_indices_of_calls_have_no_gaps(colour: Colour) -> None:
    """Whatever a provider counts from."""
    pieces = [
        delta(tool_calls=[{"index": index, "id": f"c{index}", "function": {"name": "f"}}])
        for index in (3, 4)
    ]
    with play(colour, streamed(*pieces, delta(finish="tool_calls"))) as door:
        chunks = list(door.stream(door.chat(MODEL, HELLO).request()))
    calls = [call.index for chunk in chunks for call in chunk.delta_message().tool_calls]
    assert list(dict.fromkeys(calls)) == [0, 1]


@both
def test_a_provider_of_ones_own(colour: Colour) -> None:
    """A `Provider` for its `register_custom_provider`: address, key or none, its name before
    the slash."""
    mine = Provider("mine", wire="openai-chat", base_url="https://host/v1", key_required=False)
    with play(colour, chat_reply("a"), model="mine/m", providers=[mine]) as door:
        door.execute(door.chat(messages=HELLO))
        assert door.transport.requests[0].url == "https://host/v1/chat/completions"
        assert sent(door)["model"] == "m"


@both
def test_a_provider_may_be_fixed(colour: Colour) -> None:
    """`provider=` for its `model_hint`: no prefix is needed."""
    with play(colour, chat_reply("a"), model="llama-3.3", provider="groq") as door:
        door.execute(door.chat(messages=HELLO))
        assert door.transport.requests[0].url.startswith("https://api.groq.com/")


ERRORS = {
    "context_length_exceeded": (400, ContextLengthError),
    "content_filter": (400, ContentFilterError),
    "invalid_value": (400, BadRequestError),
    "insufficient_quota": (429, QuotaExceededError),
    "rate_limit_exceeded": (429, RateLimitError),
}


@both
@pytest.mark.parametrize("code", ERRORS)
def test_an_error_by_its_code(colour: Colour, code: str) -> None:
    """The code comes first, then the status; `status` is kept, and the key is in none."""
    status, kind = ERRORS[code]
    reply = Reply({"error": {"code": code, "message": f"no, {KEY}"}}, status)
    once = RetryPolicy(attempts=1)
    with play(colour, reply, retry=once) as door, pytest.raises(kind) as caught:
        door.execute(door.chat(MODEL, HELLO))
    assert (type(caught.value), caught.value.status) == (kind, status)
    assert KEY not in str(caught.value)


@both
def test_retry_after_is_heeded(colour: Colour) -> None:
    """In seconds; a wait that would pass the whole call's limit is not begun."""
    busy = Reply({}, 429, {"Retry-After": "0"})
    with play(colour, busy, chat_reply("a")) as door:
        response = door.execute(door.chat(MODEL, HELLO))
        assert [attempt.wait for attempt in response.attempts] == [0, 0]
    with play(colour, Reply({}, 429, {"Retry-After": "30"}), timeout=5) as door:
        with pytest.raises((RateLimitError, TimeoutError)):
            door.execute(door.chat(MODEL, HELLO))
        assert len(door.transport.requests) == 1


def test_a_message_may_be_read_again() -> None:
    """Mappings and typed messages become each other."""
    said = AssistantMessage("Hi", reasoning="Hm.", refusal="No.")
    assert AssistantMessage.from_dict(said.to_dict()) == said
