"""What an answer may hold beside words, whole and streamed: images, sound, filters' verdicts."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from llmkit import AudioPart, ImagePart, TextPart
from llmkit._http import Headers, HttpResponse
from llmkit._json import dumps
from llmkit._models.accumulate import fold
from llmkit._models.chunks import CompletionChunk
from llmkit._models.response import ChatCompletionChoice, ChatCompletionResponse
from llmkit.adapters.openai_chat import OpenAIChat

PNG = b"\x89PNG\r\n\x1a\n"
GIF = b"GIF89a"
WAV = b"RIFF....WAVEfmt "
SAFE = {"hate": {"filtered": False, "severity": "safe"}}
MILD = {"hate": {"filtered": False, "severity": "low"}, "violence": {"filtered": False}}
WIRE = OpenAIChat(provider="own")


def b64(data: bytes) -> str:
    """*data* in base64."""
    return base64.b64encode(data).decode()


def image(data: bytes) -> dict[str, Any]:
    """An image as OpenRouter sends it."""
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{b64(data)}"}}


def whole(message: dict[str, Any], **choice: Any) -> ChatCompletionChoice:
    """The answer in a whole response."""
    body = {"choices": [{"index": 0, "finish_reason": "stop", "message": message, **choice}]}
    (found,) = WIRE.parse(HttpResponse(200, Headers({}), dumps(body))).choices
    return found


def chunks(*choices: dict[str, Any]) -> list[CompletionChunk]:
    """The chunks of a stream, each event with one of *choices*."""
    decoder = WIRE.decoder()
    found = []
    for choice in choices:
        event = {"id": "a", "choices": [{"index": 0, **choice}]}
        found += decoder.feed(b"data: " + dumps(event) + b"\n\n")
    return [*found, *decoder.feed(b"data: [DONE]\n\n"), *decoder.close()]


def streamed(*choices: dict[str, Any]) -> ChatCompletionChoice:
    """The answer of such a stream, folded."""
    (found,) = fold(chunks(*choices)).choices
    return found


END = {"delta": {}, "finish_reason": "stop"}


def test_images() -> None:
    """Images are parts, whole and streamed, in their order, and as their bytes tell."""
    expected = (
        TextPart("See:"),
        ImagePart(data=PNG, media_type="image/png"),
        ImagePart(data=GIF, media_type="image/gif"),
        ImagePart(data=PNG, media_type="image/png"),
    )
    told = [image(PNG), image(GIF), image(PNG)]
    assert whole({"content": "See:", "images": told}).message.parts == expected
    parts = streamed(
        {"delta": {"content": "See:"}},
        {"delta": {"images": told[:2]}},
        {"delta": {"content": "", "images": told[2:]}},
        END,
    ).message.parts
    assert parts == expected


def test_an_image_is_in_its_own_chunk() -> None:
    """It does not wait for the end."""
    first, *_ = chunks({"delta": {"images": [image(PNG)]}}, END)
    assert first.delta_message().parts == (ImagePart(data=PNG),)


def test_sound() -> None:
    """Audio has its sound, its words, and the id by which it goes back."""
    expected = AudioPart(data=WAV, file_id="audio_1", transcript="Hi.")
    told = {"id": "audio_1", "data": b64(WAV), "transcript": "Hi.", "expires_at": 3}
    assert whole({"content": None, "audio": told}).message.parts == (expected,)
    parts = streamed(
        {"delta": {"role": "assistant", "audio": {"id": "audio_1", "transcript": "H"}}},
        {"delta": {"audio": {"data": b64(WAV[:6])}}},
        {"delta": {"audio": {"data": b64(WAV[6:]), "transcript": "i."}}},
        {"delta": {"audio": {"expires_at": 3}}},
        END,
    ).message.parts
    assert parts == (expected,)


@pytest.mark.parametrize(
    ("told", "part"),
    [
        ({"id": "a"}, AudioPart(file_id="a")),
        ({"data": b64(b"\x01\x02")}, AudioPart(data=b"\x01\x02", media_type="audio/pcm")),
        ({"id": "a", "data": "*"}, AudioPart(file_id="a")),
        ({"transcript": "Hi."}, None),
        ("loud", None),
        (None, None),
    ],
)
def test_sound_of_less(told: Any, part: AudioPart | None) -> None:
    """What is missing or broken of it leaves the rest; raw samples are said to be that."""
    expected = () if part is None else (part,)
    assert whole({"content": None, "audio": told}).message.parts == expected
    assert streamed({"delta": {"audio": told}}, END).message.parts == expected


def test_a_filters_verdict() -> None:
    """What Azure's filters found is with the answer; of a stream, the last word on each kind."""
    assert whole({"content": "Hi"}, content_filter_results=MILD).content_filter == MILD
    assert whole({"content": "Hi"}).content_filter is None
    found = streamed(
        {"delta": {"content": "H"}, "content_filter_results": MILD},
        {"delta": {"content": "i"}, "content_filter_results": SAFE},
        {**END, "content_filter_results": {}},
    )
    assert found.message.content == "Hi"
    assert found.content_filter == {**MILD, **SAFE}
    assert streamed({"delta": {"content": "Hi"}}, END).content_filter is None


def test_a_verdict_survives_json() -> None:
    """It is kept with the answer."""
    answer: ChatCompletionResponse[object] = ChatCompletionResponse(
        choices=(whole({"content": "Hi"}, content_filter_results=MILD),)
    )
    assert ChatCompletionResponse.from_dict(answer.to_dict()).choices[0].content_filter == MILD
    last = chunks({"delta": {"content": "H"}, "content_filter_results": MILD}, END)[-1]
    told: Any = last.to_dict()
    assert told["choices"][0]["content_filter"] == MILD
