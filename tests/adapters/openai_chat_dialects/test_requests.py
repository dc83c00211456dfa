"""The quirks of the wire openai-chat, each in the request that comes of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from llmkit import (
    AudioPart,
    ChatCompletionRequest,
    ConfigurationError,
    FilePart,
    ImagePart,
    Provider,
    TextPart,
    Tool,
    UnsupportedParameterError,
    UserMessage,
)
from llmkit._models.adjustments import Adjuster
from llmkit.adapters._base import Endpoint
from llmkit.adapters.openai_chat import OpenAIChat

from ..openai_chat import built

PNG = b"\x89PNG\r\n\x1a\n"
PDF = b"%PDF-1.7"
WAV = b"RIFF0000WAVE"
TOOL = Tool("look_up", parameters={"type": "object", "properties": {}})


def url(wire: OpenAIChat, base_url: str, model: str = "m") -> str:
    """Where a request goes."""
    request = ChatCompletionRequest(model, [UserMessage("Hi")])
    return wire.build(request, Endpoint(base_url, model), stream=False).url


@pytest.mark.parametrize(
    ("path", "base_url", "said"),
    [
        ("/chat/completions", "https://a.b/v1", "https://a.b/v1/chat/completions"),
        ("/chat/completions", "https://a.b/chat", "https://a.b/chat/chat/completions"),
        ("/openai/v1/chat/completions", "https://a.b", "https://a.b/openai/v1/chat/completions"),
        (
            "/openai/v1/chat/completions",
            "https://a.b/openai",
            "https://a.b/openai/v1/chat/completions",
        ),
        (
            "/openai/v1/chat/completions",
            "https://a.b/openai/v1",
            "https://a.b/openai/v1/chat/completions",
        ),
        (
            "/openai/v1/chat/completions",
            "https://a.b/x",
            "https://a.b/x/openai/v1/chat/completions",
        ),
        ("/d/{model}/chat/completions", "https://a.b", "https://a.b/d/my%20m%2F1/chat/completions"),
        (
            "/d/{model}/chat/completions",
            "https://a.b/d/my%20m%2F1",
            "https://a.b/d/my%20m%2F1/chat/completions",
        ),
    ],
)
def test_the_path(path: str, base_url: str, said: str) -> None:
    """The model is one step of it; what the address has of it already is not said twice."""
    assert url(OpenAIChat(path=path), base_url, "my m/1") == said


def test_the_providers_query_goes_with_the_callers() -> None:
    """The caller's wins; both are encoded."""
    request = ChatCompletionRequest("m", [UserMessage("Hi")], extra_query={"b": "3", "c": "4 5"})
    endpoint = Endpoint("https://a.b/v1", "m", query={"a": "1", "b": "2"})
    sent = OpenAIChat().build(request, endpoint, stream=False)
    assert sent.url == "https://a.b/v1/chat/completions?a=1&b=3&c=4+5"


def test_a_model_that_is_not_in_the_body() -> None:
    """It is in the path then."""
    assert "model" not in built(wire=OpenAIChat(model_in_body=False)).body


def test_stop_texts_beyond_the_number_are_refused() -> None:
    """Or dropped where that was asked for, the first ones kept."""
    wire = OpenAIChat(max_stop=2)
    assert built(wire=wire, stop=["a", "b"]).body["stop"] == ["a", "b"]
    with pytest.raises(UnsupportedParameterError, match=r"stop: .*takes 2 at most"):
        built(wire=wire, stop=["a", "b", "c"])
    dropped = built(wire=wire, policy="drop", stop=["a", "b", "c"])
    assert dropped.body["stop"] == ["a", "b"]
    assert dropped.adjusted == (("dropped", "stop"),)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"logprobs": True}, 1),
        ({"logprobs": True, "top_logprobs": 5}, 5),
        ({"logprobs": True, "top_logprobs": 0}, 1),
        ({"logprobs": False}, None),
        ({}, None),
    ],
)
def test_logprobs_as_a_number(asked: dict[str, Any], said: int | None) -> None:
    """Together's: how many tokens, and none is not to ask."""
    body = built(wire=OpenAIChat(logprobs_count=True), **asked).body
    assert body.get("logprobs") == said
    assert "top_logprobs" not in body


def test_logprobs_that_are_refused_one_by_one() -> None:
    """A provider may know the one and not the other."""
    wire = OpenAIChat(refuses=("top_logprobs",))
    assert built(wire=wire, logprobs=True).body["logprobs"] is True
    with pytest.raises(UnsupportedParameterError, match="top_logprobs"):
        built(wire=wire, logprobs=True, top_logprobs=2)


def test_an_effort_by_another_word() -> None:
    """It is noted; the word it becomes must be one that the provider knows."""
    wire = OpenAIChat(efforts=("low", "xhigh"), renamed_efforts=(("max", "xhigh"),))
    renamed = built(wire=wire, reasoning_effort="max")
    assert renamed.body["reasoning_effort"] == "xhigh"
    assert renamed.adjusted == (("renamed", "reasoning_effort"),)
    assert built(wire=wire, reasoning_effort="xhigh").adjusted == ()
    with pytest.raises(UnsupportedParameterError):
        built(wire=wire, reasoning_effort="high")


def test_no_tool_may_be_called() -> None:
    """Where there is no word for that, the tools are left out, and that is noted."""
    usual = built(tools=[TOOL], tool_choice="none", parallel_tool_calls=False)
    assert usual.body["tool_choice"] == "none"
    wire = OpenAIChat(tool_choices=("auto", "required"))
    mute = built(wire=wire, tools=[TOOL], tool_choice="none")
    assert not {"tools", "tool_choice"} & set(mute.body)
    assert mute.adjusted == (("dropped", "tools"),)
    refused = built(wire=OpenAIChat(refuses=("tool_choice",)), tools=[TOOL], tool_choice="none")
    assert refused.adjusted == (("dropped", "tools"),)
    auto = built(wire=wire, tools=[TOOL], tool_choice="auto")
    assert auto.body["tool_choice"] == "auto"


def part(wire: OpenAIChat, given: object) -> Any:
    """*given* as it is sent, beside a text."""
    return built([UserMessage(["See:", given])], wire=wire).messages[0]["content"][1]  # type: ignore[list-item]


def test_images_by_bytes_only() -> None:
    """An address is refused; llmkit fetches nothing by itself."""
    wire = OpenAIChat(image_urls=False)
    assert part(wire, ImagePart(data=PNG))["image_url"]["url"].startswith("data:image/png;base64,")
    with pytest.raises(UnsupportedParameterError, match=r"content\[1\].*ImagePart"):
        part(wire, ImagePart(url="https://a.b/c.png"))


def test_audio_in_three_forms() -> None:
    """OpenAI's object, Mistral's text, DashScope's data URL."""
    audio, data = AudioPart(data=WAV), base64.b64encode(WAV).decode()
    object_ = {"data": data, "format": "wav"}
    assert part(OpenAIChat(), audio)["input_audio"] == object_
    assert part(OpenAIChat(audio_form="text"), audio)["input_audio"] == data
    by_url = {**object_, "data": f"data:;base64,{data}"}
    assert part(OpenAIChat(audio_form="data_url"), audio)["input_audio"] == by_url
    far = AudioPart(url="https://a.b/c.wav")
    assert part(OpenAIChat(audio_form="text"), far)["input_audio"] == "https://a.b/c.wav"
    with pytest.raises(UnsupportedParameterError):
        part(OpenAIChat(), far)


def test_files_in_three_forms() -> None:
    """OpenAI's object, Mistral's `document_url`, Perplexity's `file_url`."""
    file, data = FilePart(data=PDF, filename="a.pdf"), base64.b64encode(PDF).decode()
    by_url = f"data:application/pdf;base64,{data}"
    assert part(OpenAIChat(), file) == {
        "type": "file",
        "file": {"file_data": by_url, "filename": "a.pdf"},
    }
    assert part(OpenAIChat(file_form="document_url"), file) == {
        "type": "document_url",
        "document_url": by_url,
        "document_name": "a.pdf",
    }
    assert part(OpenAIChat(file_form="file_url"), file) == {
        "type": "file_url",
        "file_url": {"url": data},
        "file_name": "a.pdf",
    }


def test_files_elsewhere() -> None:
    """By address where the provider fetches it, by id where it has an upload."""
    far, uploaded = FilePart(url="https://a.b/c.pdf"), FilePart(file_id="file-1")
    mistral, perplexity = OpenAIChat(file_form="document_url"), OpenAIChat(file_form="file_url")
    assert part(mistral, far) == {"type": "document_url", "document_url": "https://a.b/c.pdf"}
    assert part(perplexity, far)["file_url"] == {"url": "https://a.b/c.pdf"}
    assert part(OpenAIChat(), far)["file"] == {"file_data": "https://a.b/c.pdf"}
    assert part(mistral, uploaded) == {"type": "file", "file_id": "file-1"}
    assert part(OpenAIChat(file_urls=False), uploaded)["file"] == {"file_id": "file-1"}
    for wire, given in ((perplexity, uploaded), (OpenAIChat(file_urls=False), far)):
        with pytest.raises(UnsupportedParameterError, match="FilePart"):
            part(wire, given)


def test_a_switch_that_the_wire_has_not_is_noted() -> None:
    """The document goes without citations."""
    cited = FilePart(data=PDF, citations=True)
    assert built([UserMessage([TextPart("See:"), cited])]).adjusted == (
        ("dropped", "messages[0].content[1].citations"),
    )


@pytest.mark.parametrize(
    ("name", "near"),
    [("seeds", "did you mean 'seed'"), ("messages", "known are"), ("zzz", "known are")],
)
def test_a_misspelt_word_refuses_nothing(name: str, near: str) -> None:
    """So it is an error, of the adapter and of the manifest that says it."""
    with pytest.raises(ConfigurationError, match=f"refuses: '{name}' .*{near}"):
        OpenAIChat(refuses=(name,))
    mine = Provider("mine", wire="openai-chat", base_url="https://a.b", quirks={"refuses": [name]})
    with pytest.raises(ConfigurationError, match=f"quirks: refuses: '{name}'"):
        mine.adapter()


@pytest.mark.parametrize(
    "quirks", [{"efforts": ["maximal"]}, {"response_formats": ["json"]}, {"audio_form": "wav"}]
)
def test_words_are_those_that_there_are(quirks: dict[str, object]) -> None:
    """Any other is a load-time error that names them."""
    mine = Provider("mine", wire="openai-chat", base_url="https://a.b", quirks=quirks)
    with pytest.raises(ConfigurationError, match=rf"quirks\.{next(iter(quirks))}: must be"):
        mine.adapter()


def test_each_word_that_may_be_refused_is() -> None:
    """No field is listed as refusable and then sent all the same."""
    from llmkit.adapters.openai_chat.checks import REFUSABLE

    values: dict[str, Any] = {
        "tools": [TOOL], "tool_choice": "required", "parallel_tool_calls": True,
        "logit_bias": {"1": 1}, "metadata": {"a": "b"}, "logprobs": True, "top_logprobs": 1,
        "max_tokens": 1, "temperature": 1, "top_p": 1, "top_k": 1, "n": 2, "seed": 1,
        "stop": ["a"], "user": "a", "service_tier": "auto", "frequency_penalty": 1,
        "presence_penalty": 1, "reasoning_effort": "low", "safe_prompt": True,
        "prompt_mode": "reasoning", "reasoning_budget": 1024,
    }  # fmt: skip
    assert set(values) == REFUSABLE
    extra: dict[str, Any] = {"mistral_params": True, "budget_field": "thinking_budget"}
    usual = OpenAIChat(**extra)
    for name, value in values.items():
        fields = {name: value, "tools": [TOOL]}
        built(wire=usual, **fields)
        wire = OpenAIChat(refuses=(name,), **extra)
        with pytest.raises(UnsupportedParameterError, match=name):
            built(wire=wire, **fields)


def test_the_body_is_json() -> None:
    """All the quirks at once make one body."""
    wire = OpenAIChat(path="/a/b/{model}", model_in_body=False, max_stop=1, logprobs_count=True)
    request = ChatCompletionRequest("m", [UserMessage("Hi")], stop="a", logprobs=True)
    adjust = Adjuster()
    sent = wire.build(request, Endpoint("https://a.b", "m", {}, adjust), stream=True)
    assert sent.url == "https://a.b/a/b/m"
    assert json.loads(sent.body) == {
        "messages": [{"role": "user", "content": "Hi"}],
        "stop": ["a"],
        "logprobs": 1,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert adjust.made == ()
