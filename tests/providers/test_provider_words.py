"""What differs between providers beside the tables' columns: marks, seals, forms of media.

Each set has the providers whose documents say so; of all the others the usual holds.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from expected import unasked
from sending import CASES, FACTS, OPEN, Case, each_case, each_open, refused, sent

from llmkit import (
    AssistantMessage,
    AudioPart,
    CacheControl,
    FilePart,
    ImagePart,
    RefusalPart,
    SystemMessage,
    TextPart,
    ToolMessage,
    UserMessage,
)
from llmkit._models.tools import Tool, ToolCall

# An image's address is not fetched: the bytes must come with the request.
BYTES_ONLY = {
    "cloudflare-workers-ai",
    "lmstudio",  # "'url' field must be a base64 encoded image"
    "moonshot",
    "moonshot-cn",
    "ollama",
    "ollama-cloud",
    "sambanova",
    "snowflake-cortex/claude-sonnet-4-6",
    "snowflake-cortex/openai-gpt-4.1",
    "v0",
    "watsonx",
}
# `strict` on a tool is refused, or passed over.
LOOSE_TOOLS = {
    "dashscope",
    "dashscope-cn",
    "fireworks",
    "minimax",
    "minimax-cn",
    "ollama",
    "ollama-cloud",
    "snowflake-cortex/claude-sonnet-4-6",
    "vllm",
    "watsonx",
    "zai",
    "zhipu",
}
# Grammars, or nothing, hold the model to a schema, which then need not be of OpenAI's part.
ANY_SCHEMA = {
    "docker-model-runner",
    "jan",
    "llamacpp",
    "llamafile",
    "lmstudio",
    "localai",
    "perplexity",
    "sglang",
    "tgi",
    "vllm",
    "writer",
}
CACHE_MARKS = {
    "dashscope",
    "dashscope-cn",
    "databricks/databricks-claude-3-7-sonnet",
    "databricks/databricks-claude-opus-4-7",
    "digitalocean",
    "openrouter",
    "snowflake-cortex/claude-sonnet-4-6",
    "venice",
}
REFUSALS = {
    "azure-openai",
    "azure-openai-classic",
    "openai",
    "snowflake-cortex/openai-gpt-4.1",
    "writer",
}
PREFIXES = {"mistral": "prefix", "moonshot": "partial", "moonshot-cn": "partial"}
FILLERS = {"mistral": ".", "moonshot": " ", "moonshot-cn": " "}
FILES = {"mistral": "document_url", "perplexity": "file_url", "zai": "file_url"}
FILES["zhipu"] = FILES["zai"]
# A model that thinks wants its thinking back beside its calls, empty where it is not known.
THOUGHTFUL = {
    "deepseek": ("m",),
    "moonshot": ("kimi-k3", "kimi-k2.7-code", "kimi-k2.5", "kimi-k2-thinking"),
}
THOUGHTFUL["moonshot-cn"] = THOUGHTFUL["moonshot"]

WAV = b"RIFF\0\0\0\0WAVEfmt " + b"\0" * 16
PDF = b"%PDF-1.4 " + b"\0" * 16


def case(name: str, model: str = "m") -> Case:
    """A model of the provider."""
    return Case(name, model, FACTS[name].model)


def test_the_sets_name_providers() -> None:
    """That are there, or models of theirs."""
    sets: tuple[Any, ...] = (BYTES_ONLY, LOOSE_TOOLS, ANY_SCHEMA, CACHE_MARKS, REFUSALS)
    tables: tuple[Any, ...] = (PREFIXES, FILLERS, FILES, THOUGHTFUL)
    named = {name for group in (*sets, *tables) for name in group}
    assert named <= {*OPEN, *map(str, CASES)}


def among(case: Case, names: Collection[str]) -> bool:
    """Whether the provider is one of these, or this model of it."""
    return case.provider in names or str(case) in names


@each_case
def test_addresses_of_images(case: Case) -> None:
    """They are sent where they are fetched."""
    if case.model.images:
        far = UserMessage(["See:", ImagePart(url="https://a.b/c.png")])
        assert refused(case, far) is among(case, BYTES_ONLY)


@each_case
def test_strict_tools_and_schemas(case: Case) -> None:
    """`strict` is said where it has an effect; schemas are rewritten to what it then takes."""
    shape = {"type": "object", "properties": {"a": {"type": "string", "minLength": 1}}}
    if "tools" not in unasked(case.model).refused:
        (tool,) = sent(case, tools=[Tool("f", parameters=shape, strict=True)]).body["tools"]
        assert ("strict" in tool["function"]) is not among(case, LOOSE_TOOLS)
    if "json_schema" in unasked(case.model).formats:
        asked = {"name": "a", "schema": shape, "strict": True}
        form = {"type": "json_schema", "json_schema": asked}
        said = sent(case, response_format=form).body["response_format"]
        assert (said["json_schema"]["schema"] == shape) is among(case, ANY_SCHEMA)


@each_case
def test_marks_for_the_cache(case: Case) -> None:
    """They are sent to those that know them; most cache by themselves."""
    marked = UserMessage([TextPart("a", cache_control=CacheControl())])
    (message,) = sent(case, marked).messages
    assert ("cache_control" in str(message)) is among(case, CACHE_MARKS)


@each_case
def test_refusals_prefixes_and_fillers(case: Case) -> None:
    """What an answer may hold when it comes back."""
    no = AssistantMessage([RefusalPart("No.")])
    assert ("refusal" in sent(case, UserMessage("?"), no).messages[1]) is among(case, REFUSALS)
    begun = AssistantMessage("It is", prefix=True)
    if among(case, PREFIXES):
        said = sent(case, UserMessage("?"), begun).messages[1]
        assert said[PREFIXES[case.provider]] is True
    else:
        assert refused(case, UserMessage("?"), begun)
    (_, empty) = sent(case, UserMessage("?"), AssistantMessage("")).messages
    assert empty["content"] == FILLERS.get(case.provider, "")


@each_open
def test_forms_of_media(name: str) -> None:
    """OpenAI's objects, or another's."""
    if FACTS[name].model.files:
        (message,) = sent(case(name), UserMessage(["See:", FilePart(data=PDF)])).messages
        assert message["content"][1]["type"] == FILES.get(name, "file")
        far = FilePart(url="https://a.b/c.pdf")
        assert refused(case(name), UserMessage(["See:", far])) is (name == "openai")
    if FACTS[name].model.audio:
        (message,) = sent(case(name), UserMessage(["Hear:", AudioPart(data=WAV)])).messages
        said = message["content"][1]["input_audio"]
        assert isinstance(said, str) is (name == "mistral")
        by_address = not isinstance(said, str) and said["data"].startswith("data:")
        assert by_address is name.startswith("dashscope")


@each_open
def test_thinking_that_must_come_back(name: str) -> None:
    """Where a turn with calls and without thinking is refused, the field is there, and empty.

    Moonshot, which refuses empty texts, gets a space.
    """
    talk = (
        UserMessage("Look it up."),
        AssistantMessage(tool_calls=[ToolCall("abcdefghi", "f")]),
        ToolMessage("42", tool_call_id="abcdefghi"),
    )
    for model in THOUGHTFUL.get(name, ()):
        said = sent(case(name, model), *talk).messages[1]["reasoning_content"]
        assert said == (" " if name.startswith("moonshot") else "")
    if name not in THOUGHTFUL:
        assert not {"reasoning", "reasoning_content"} & {*sent(case(name), *talk).messages[1]}


def test_perplexity_wants_turns() -> None:
    """One system message at the head, then user and assistant by turns."""
    talk = (UserMessage("a"), SystemMessage("S"), UserMessage("b"))
    said = sent(case("perplexity"), *talk).messages
    assert [message["role"] for message in said] == ["system", "user"]
    assert said[1]["content"] == "a\n\nb"


def test_databricks_wants_no_empty_text() -> None:
    """A message that has only calls says nothing of a text."""
    called = AssistantMessage(tool_calls=[ToolCall("abcdefghi", "f")])
    answer = ToolMessage("42", tool_call_id="abcdefghi")
    said = sent(case("databricks"), UserMessage("Look it up."), called, answer).messages
    assert "content" not in said[1]
