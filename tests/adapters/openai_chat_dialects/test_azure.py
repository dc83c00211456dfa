"""Azure's dialect: https://learn.microsoft.com/azure/ai-foundry/openai/reference"""

from __future__ import annotations

import json

import pytest
from colours import Colour, both

from llmkit import (
    ChatCompletionRequest,
    ContentFilterError,
    FinishReason,
    NotFoundError,
    UserMessage,
)
from llmkit._http import Headers, HttpResponse
from llmkit.adapters.openai_chat import OpenAIChat
from llmkit.testing import ScriptedTransport, chat_reply

from ..openai_chat import answer, chunk, parsed, streamed

REQUEST = ChatCompletionRequest("", [UserMessage("Hi")], max_tokens=5)
FILTERED = {"hate": {"filtered": True, "severity": "high"}}
SAFE = {"hate": {"filtered": False, "severity": "safe"}}


@both
@pytest.mark.parametrize("endpoint", ["", "/", "/openai", "/openai/v1/"])
def test_the_v1_api(colour: Colour, endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployment in the body, the key in its own header, no api-version."""
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", f"https://mine.openai.azure.com{endpoint}")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "sesame")
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    transport = ScriptedTransport(chat_reply("Hi"))
    with colour("azure-openai/my-gpt", transport=transport) as door:
        door.complete(REQUEST)
    (sent,) = transport.requests
    assert sent.url == "https://mine.openai.azure.com/openai/v1/chat/completions"
    assert sent.headers["api-key"] == "sesame"
    assert "Authorization" not in sent.headers
    assert (sent.json()["model"], sent.json()["max_completion_tokens"]) == ("my-gpt", 5)


@both
def test_the_api_by_deployments(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployment in the path, the version in the query."""
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "sesame")
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    transport = ScriptedTransport(chat_reply("Hi"), chat_reply("Hi"))
    with colour(
        "azure-openai-classic/my gpt",
        placeholders={"resource": "mine", "api_version": "2024-12-01-preview"},
        transport=transport,
    ) as door:
        door.complete(REQUEST)
    with colour(
        provider="azure-openai-classic", placeholders={"resource": "mine"}, transport=transport
    ) as door:
        transport.closed = False
        door.complete(ChatCompletionRequest("gpt", [UserMessage("Hi")]))
    path = "https://mine.openai.azure.com/openai/deployments"
    assert [sent.url for sent in transport.requests] == [
        f"{path}/my%20gpt/chat/completions?api-version=2024-12-01-preview",
        f"{path}/gpt/chat/completions?api-version=2024-10-21",
    ]
    assert "model" not in transport.requests[0].json()


@both
@pytest.mark.parametrize("name", ["azure-openai", "azure-openai-classic"])
def test_entra_id_where_there_is_no_key(
    colour: Colour, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bearer token in place of the key's header."""
    monkeypatch.delenv("AZURE_OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "sesame")
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
    transport = ScriptedTransport(chat_reply("Hi"))
    with colour(f"{name}/m", placeholders={"resource": "mine"}, transport=transport) as door:
        door.complete(REQUEST)
    (sent,) = transport.requests
    assert sent.headers["Authorization"] == "Bearer sesame"
    assert "api-key" not in sent.headers


@both
def test_foundry(colour: Colour) -> None:
    """The models of many vendors, most of whom know `max_tokens` alone."""
    transport = ScriptedTransport(chat_reply("Hi"))
    with colour(
        "azure-foundry/grok", api_key="k", placeholders={"resource": "mine"}, transport=transport
    ) as door:
        door.complete(REQUEST)
    (sent,) = transport.requests
    assert sent.url == "https://mine.services.ai.azure.com/openai/v1/chat/completions"
    assert sent.json()["max_tokens"] == 5


def test_a_stream_begins_with_nothing() -> None:
    """Its first chunk has no choices, no id and no model; later ones may judge the text alone."""
    judged = {"index": 0, "content_filter_results": SAFE, "delta": {}, "finish_reason": None}
    first = {"id": "", "model": "", "object": "", "created": 0, "choices": []}
    whole = streamed(
        {**first, "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": SAFE}]},
        chunk({"role": "assistant", "content": "Hi"}),
        {"id": "", "model": "", "choices": [{**judged, "content_filter_offsets": {}}]},
        chunk({}, "stop"),
        {**first, "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}},
    )
    assert whole.error is None
    assert (whole.answer.id, whole.answer.model, whole.text) == ("chatcmpl-1", "m", "Hi")
    assert whole.answer.usage.total_tokens == 3


def test_the_filters_results_are_kept() -> None:
    """In the provider's own body; a filtered answer says so."""
    body = answer(
        {"content": None}, finish_reason="content_filter", content_filter_results=FILTERED
    )
    found = parsed(body)
    assert found.choices[0].finish_reason is FinishReason.CONTENT_FILTER
    assert found.raw == body


@pytest.mark.parametrize("code", ["content_filter", None, "400"])
def test_a_filtered_prompt(code: str | None) -> None:
    """By its code, or by the cause inside; what was found stays in the error's body."""
    error = {
        "message": "The response was filtered",
        "code": code,
        "type": None,
        "status": 400,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": FILTERED,
        },
    }
    body = json.dumps({"error": error}).encode()
    found = OpenAIChat().error(HttpResponse(400, Headers(), body))
    assert type(found) is ContentFilterError
    assert json.loads(found.body)["error"]["innererror"]["content_filter_result"] == FILTERED


def test_a_deployment_that_is_not_there() -> None:
    """A 404 with a code of its own."""
    body = b'{"error":{"code":"DeploymentNotFound","message":"The API deployment ..."}}'
    assert type(OpenAIChat().error(HttpResponse(404, Headers(), body))) is NotFoundError
