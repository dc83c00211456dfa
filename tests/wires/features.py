"""All that a request can say, one thing at a time, each with what tells it on the wire."""

from __future__ import annotations

import base64
from typing import Any

from attrs import frozen

from llmkit import (
    AssistantMessage,
    AudioPart,
    CacheControl,
    DeveloperMessage,
    FilePart,
    ImagePart,
    ReasoningPart,
    RefusalPart,
    SystemMessage,
    TextPart,
    Tool,
    ToolCall,
    ToolChoice,
    ToolMessage,
    UserMessage,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 3
PDF = b"%PDF-1.7 " + b"paper" * 3
WAV = b"RIFF\x10\x00\x00\x00WAVEfmt " + b"sound" * 3
MARK = CacheControl(ttl="1h")
SHAPE = {
    "type": "object",
    "properties": {"shape77": {"type": "string"}},
    "required": ["shape77"],
    "additionalProperties": False,
}
LOOK = Tool("look77", "Looks around.", SHAPE)
LISTEN = Tool("listen77", "Listens.", SHAPE)
CALL = ToolCall("call_77", "look77", '{"shape77": "round"}')
GREETING = UserMessage("Hello")


def b64(data: bytes) -> str:
    """*data* in base64."""
    return base64.b64encode(data).decode()


@frozen
class Feature:
    """One thing that a request can say.

    Args:
        field: the request's field that says it, as the beginning of a path.
        said: the request's fields, with it.
        unsaid: the same, without it; what is not in it is a greeting alone.
        mark: what must be in the body, the address or the headers; None: that they differ.
    """

    field: str
    said: dict[str, Any]
    unsaid: dict[str, Any]
    mark: str | None = None

    @property
    def stream(self) -> bool:
        """Whether the answer shall come as a stream."""
        return bool(self.said.get("stream"))


def _plain(field: str, value: object, mark: str | None = None, **beside: Any) -> Feature:
    return Feature(field, {field: value, **beside}, beside, mark)


def _user(part: Any, mark: str | None = None, without: Any = None) -> Feature:
    """A part of a user's message, the first after some words."""
    start: list[Any] = [TextPart("See:")]
    plain = [*start, without] if without is not None else start
    return Feature(
        "messages[0].content[1]",
        {"messages": [UserMessage([*start, part])]},
        {"messages": [UserMessage(plain)]},
        mark,
    )


def _answer(part: Any, mark: str | None = None, field: str = "messages[1]") -> Feature:
    """A part of the model's own message, after a word."""
    return Feature(
        field,
        {"messages": [GREETING, AssistantMessage([TextPart("Yes."), part]), GREETING]},
        {"messages": [GREETING, AssistantMessage("Yes."), GREETING]},
        mark,
    )


def _thought(part: ReasoningPart, mark: str | None) -> Feature:
    """Thinking before a call whose result comes last."""
    rest = [CALL]
    return Feature(
        "messages[1]",
        {"messages": [GREETING, AssistantMessage([part, *rest]), _result("Round.")],
         "tools": [LOOK]},
        {"messages": [GREETING, AssistantMessage([*rest]), _result("Round.")], "tools": [LOOK]},
        mark,
    )  # fmt: skip


def _result(content: Any, **fields: Any) -> ToolMessage:
    return ToolMessage(content, tool_call_id="call_77", **fields)


def _tool(result: ToolMessage, mark: str | None) -> Feature:
    """A tool's result."""
    calls = [GREETING, AssistantMessage(tool_calls=[CALL])]
    return Feature(
        "messages[2]",
        {"messages": [*calls, result], "tools": [LOOK]},
        {"messages": [*calls, _result("Round.")], "tools": [LOOK]},
        mark,
    )


def _answers(schema: dict[str, Any] | None, kind: str, mark: str | None, **more: Any) -> Feature:
    asked: dict[str, Any] = {"type": kind}
    if schema is not None:
        asked["json_schema"] = {"name": "thing", "schema": schema, **more}
    return _plain("response_format", asked, mark)


SAMPLING = {
    "max_tokens": _plain("max_tokens", 4321, "4321"),
    "temperature": _plain("temperature", 0.37, "0.37"),
    "temperature above 1": _plain("temperature", 1.63),
    "top_p": _plain("top_p", 0.83, "0.83"),
    "top_k": _plain("top_k", 17, "17"),
    "n": _plain("n", 3, "3"),
    "stop": _plain("stop", ("HALT77",), "HALT77"),
    "many stops": _plain("stop", tuple(f"HALT{i}" for i in range(20))),
    "seed": _plain("seed", 1234567, "1234567"),
    "frequency_penalty": _plain("frequency_penalty", 0.41, "0.41"),
    "presence_penalty": _plain("presence_penalty", 0.43, "0.43"),
    "logit_bias": _plain("logit_bias", {"50256": -77}, "50256"),
    "logprobs": _plain("logprobs", True),
    "top_logprobs": _plain("top_logprobs", 4, "4", logprobs=True),
    "reasoning_budget": _plain("reasoning_budget", 2345),
    **{
        f"reasoning_effort {effort}": _plain("reasoning_effort", effort)
        for effort in ("none", "minimal", "low", "medium", "high", "xhigh", "max")
    },
}
OTHERS = {
    "prompt_mode": _plain("prompt_mode", "reasoning", "prompt_mode"),
    "safe_prompt": _plain("safe_prompt", True, "safe_prompt"),
    "user": _plain("user", "user-77", "user-77"),
    "metadata": _plain("metadata", {"trip": "t-77"}, "t-77"),
    "service_tier": _plain("service_tier", "flex", "flex"),
    "service_tier auto": _plain("service_tier", "auto"),
    "stream": _plain("stream", True),
    "extra_headers": _plain("extra_headers", {"X-Trip": "h-77"}, "h-77"),
    "extra_query": _plain("extra_query", {"trip": "q-77"}, "q-77"),
    "extra_body": _plain("extra_body", {"trip": "b-77"}, "b-77"),
}
TOOLS = {
    "tools": _plain("tools", [LOOK], "look77"),
    "a tool's parameters": _plain("tools", [LOOK], "shape77"),
    "a tool's description": _plain("tools", [LOOK], "Looks around."),
    "a tool without parameters": _plain("tools", [Tool("still77")], "still77"),
    "a strict tool": _plain("tools", [Tool("look77", "", SHAPE, strict=True)], "shape77"),
    "tools' strict": Feature(
        "tools",
        {"tools": [Tool("look77", "", SHAPE, strict=True)]},
        {"tools": [Tool("look77", "", SHAPE)]},
    ),
    "tools' cache_control": Feature(
        "tools",
        {"tools": [Tool("look77", "", SHAPE, cache_control=MARK)]},
        {"tools": [Tool("look77", "", SHAPE)]},
    ),
    **{
        f"tool_choice {mode}": _plain("tool_choice", mode, tools=[LOOK, LISTEN])
        for mode in ("auto", "none", "required")
    },
    "tool_choice named": Feature(
        "tool_choice",
        {"tool_choice": ToolChoice.named("look77"), "tools": [LOOK, LISTEN]},
        {"tools": [LOOK, LISTEN]},
    ),
    "parallel_tool_calls": _plain("parallel_tool_calls", True, tools=[LOOK]),
    "no parallel_tool_calls": _plain("parallel_tool_calls", False, tools=[LOOK]),
}
FORMATS = {
    "response_format text": _answers(None, "text", None),
    "response_format json_object": _answers(None, "json_object", None),
    "response_format json_schema": _answers(SHAPE, "json_schema", "shape77"),
    "a strict json_schema": _answers(SHAPE, "json_schema", "shape77", strict=True),
    "a json_schema's description": _answers(
        SHAPE, "json_schema", "Words about it.", description="Words about it."
    ),
    "a json_schema of a list": _answers(
        {"type": "array", "items": SHAPE}, "json_schema", "shape77", strict=True
    ),
    "a json_schema beside tools": _plain(
        "response_format",
        {"type": "json_schema", "json_schema": {"name": "thing", "schema": {
            "type": "object", "properties": {"other77": {"type": "string"}},
        }}},
        "other77",
        tools=[LOOK],
    ),
    "json_object beside tools": _plain("response_format", {"type": "json_object"}, tools=[LOOK]),
}  # fmt: skip
PARTS = {
    "text": _user(TextPart("word77"), "word77"),
    "an image's bytes": _user(ImagePart(data=PNG), b64(PNG)),
    "an image's address": _user(ImagePart(url="https://x.test/p77.png"), "p77.png"),
    "an image's file_id": _user(ImagePart(file_id="file-i77"), "file-i77"),
    "an image's detail": _user(
        ImagePart(data=PNG, detail="low"), without=ImagePart(data=PNG)
    ),
    "audio": _user(AudioPart(data=WAV), b64(WAV)),
    "audio's address": _user(AudioPart(url="https://x.test/s77.wav"), "s77.wav"),
    "audio's file_id": _user(AudioPart(file_id="file-a77"), "file-a77"),
    "a file": _user(FilePart(data=PDF), b64(PDF)),
    "a file's name": _user(FilePart(data=PDF, filename="paper77.pdf"), "paper77"),
    "a text file": _user(FilePart(data=b"words77")),
    "a file's address": _user(FilePart(url="https://x.test/f77.pdf"), "f77.pdf"),
    "a file's file_id": _user(FilePart(file_id="file-f77"), "file-f77"),
    "a file's citations": _user(
        FilePart(data=PDF, citations=True), without=FilePart(data=PDF)
    ),
    "a text's cache_control": _user(
        TextPart("word" * 9, cache_control=MARK), without=TextPart("word" * 9)
    ),
    "an image's cache_control": _user(
        ImagePart(data=PNG, cache_control=MARK), without=ImagePart(data=PNG)
    ),
    "a file's cache_control": _user(
        FilePart(data=PDF, cache_control=MARK), without=FilePart(data=PDF)
    ),
}  # fmt: skip
ROLES = {
    "system": Feature(
        "messages[0]", {"messages": [SystemMessage("rule77"), GREETING]}, {}, "rule77"
    ),
    "developer": Feature(
        "messages[0]", {"messages": [DeveloperMessage("rule77"), GREETING]}, {}, "rule77"
    ),
    "a system message in the middle": Feature(
        "messages[2]",
        {"messages": [GREETING, AssistantMessage("Yes."), SystemMessage("rule77"), GREETING]},
        {"messages": [GREETING, AssistantMessage("Yes."), GREETING]},
        "rule77",
    ),
    "a system message alone": Feature(
        "messages[0]", {"messages": [SystemMessage("rule77")]}, {}, "rule77"
    ),
    "system's cache_control": Feature(
        "messages[0]",
        {"messages": [SystemMessage([TextPart("rule77", cache_control=MARK)]), GREETING]},
        {"messages": [SystemMessage("rule77"), GREETING]},
    ),
    "system's name": Feature(
        "messages[0]",
        {"messages": [SystemMessage("rule77", name="ann77"), GREETING]},
        {"messages": [SystemMessage("rule77"), GREETING]},
        "ann77",
    ),
    "user's name": Feature(
        "messages[0]", {"messages": [UserMessage("Hello", name="bob77")]}, {}, "bob77"
    ),
    "assistant's name": Feature(
        "messages[1]",
        {"messages": [GREETING, AssistantMessage("Yes.", name="cat77"), GREETING]},
        {"messages": [GREETING, AssistantMessage("Yes."), GREETING]},
        "cat77",
    ),
    "assistant's text": _answer(TextPart("word77"), "word77"),
    "assistant's cache_control": Feature(
        "messages[1]",
        {"messages": [
            GREETING, AssistantMessage([TextPart("Yes.", cache_control=MARK)]), GREETING
        ]},
        {"messages": [GREETING, AssistantMessage("Yes."), GREETING]},
    ),
    "assistant's refusal": _answer(RefusalPart("cannot77"), "cannot77"),
    "assistant's image": _answer(ImagePart(data=PNG), b64(PNG)),
    "assistant's audio": _answer(AudioPart(file_id="audio77"), "audio77"),
    "assistant's file": _answer(FilePart(data=PDF), b64(PDF)),
    "prefix": Feature(
        "messages[1]",
        {"messages": [GREETING, AssistantMessage("word77", prefix=True)]},
        {},
        "word77",
    ),
    "tool_calls": Feature(
        "messages[1]",
        {"messages": [GREETING, AssistantMessage(tool_calls=[CALL]), _result("Ok.")],
         "tools": [LOOK]},
        {"tools": [LOOK]},
        "round",
    ),
    "tool_calls without tools": Feature(
        "messages[1]",
        {"messages": [GREETING, AssistantMessage(tool_calls=[CALL]), _result("Ok.")]},
        {},
        "round",
    ),
    "a tool's text": _tool(_result("word77"), "word77"),
    "a tool's image": _tool(_result([TextPart("See:"), ImagePart(data=PNG)]), b64(PNG)),
    "a tool's file": _tool(_result([TextPart("See:"), FilePart(data=PDF)]), b64(PDF)),
    "a tool's audio": _tool(_result([TextPart("See:"), AudioPart(data=WAV)]), b64(WAV)),
    "a tool's cache_control": _tool(_result([TextPart("Round.", cache_control=MARK)]), None),
    "a tool's is_error": _tool(_result("Round.", is_error=True), None),
}  # fmt: skip


def thoughts(provider: str) -> dict[str, Feature]:
    """Thinking of *provider*'s own, of nobody's, and of another's."""
    return {
        "own thinking": _thought(
            ReasoningPart("hmm77", signature="c2lnbjc3", id="rs_77", provider=provider), "hmm77"
        ),
        "own seal": _thought(
            ReasoningPart("hmm77", signature="c2lnbjc3", id="rs_77", provider=provider), "c2lnbjc3"
        ),
        "own encrypted thinking": _thought(
            ReasoningPart(encrypted="c2VjcmV0", id="rs_77", provider=provider), "c2VjcmV0"
        ),
        "nobody's thinking": _thought(ReasoningPart("hmm77"), "hmm77"),
        "another's thinking": _thought(
            ReasoningPart("hmm77", signature="c2lnbjc3", provider="another"), None
        ),
        "own seal of a call": Feature(
            "messages[1]",
            {"messages": [GREETING, AssistantMessage(tool_calls=[
                ToolCall("call_77", "look77", "{}", signature="c2lnbjc3", provider=provider)
            ]), _result("Ok.")], "tools": [LOOK]},
            {"messages": [GREETING, AssistantMessage(tool_calls=[
                ToolCall("call_77", "look77", "{}")
            ]), _result("Ok.")], "tools": [LOOK]},
            "c2lnbjc3",
        ),
        "another's seal of a call": Feature(
            "messages[1]",
            {"messages": [GREETING, AssistantMessage(tool_calls=[
                ToolCall("call_77", "look77", "{}", signature="c2lnbjc3", provider="another")
            ]), _result("Ok.")], "tools": [LOOK]},
            {"messages": [GREETING, AssistantMessage(tool_calls=[
                ToolCall("call_77", "look77", "{}")
            ]), _result("Ok.")], "tools": [LOOK]},
        ),
        "own seal of a text": _answer(
            TextPart("word77", signature="c2lnbjc3", provider=provider), "c2lnbjc3"
        ),
    }  # fmt: skip


ALWAYS = {**SAMPLING, **OTHERS, **TOOLS, **FORMATS, **PARTS, **ROLES}
"""What does not depend on the provider."""

ASKS_NOTHING = {
    "response_format text": "text is what comes unasked",
    "parallel_tool_calls": "several calls at once are what comes unasked",
    "reasoning_effort none": "of a model that does not think",
}
"""What may be left out without a word, because it says what is so anyway."""

NOT_SENT = {
    "model": "test_the_model_is_named",
    "messages": "each part in each role is a feature of its own",
    "timeout": "it is the client's own: it bounds the wait, and is nothing to the provider",
    "unsupported": "it is the policy itself",
    "random_seed": "`seed`, by another name",
}
"""Fields of a request that are no feature, and why."""
