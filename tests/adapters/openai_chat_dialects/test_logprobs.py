"""Together's likelihoods: lists beside each other, and in a stream a number.

Source: https://docs.together.ai/docs/logprobs
"""

from __future__ import annotations

from llmkit._models.logprobs import TokenLogprob

from ..openai_chat import answer, chunk, parsed, streamed


def test_lists_beside_each_other() -> None:
    """Each token with its value, and the likeliest where they are told."""
    likeliest = [{"Hi": -0.5, "Ho": -1.5}, {"!": -0.25}]
    raw = {
        "token_ids": [1, 2],
        "tokens": ["Hi", "!"],
        "token_logprobs": [-0.5, None],
        "top_logprobs": likeliest,
    }
    found = parsed(answer({"content": "Hi!"}, logprobs=raw)).choices[0].logprobs
    assert found is not None
    first, second = found.content
    assert first == TokenLogprob(
        "Hi", -0.5, None, (TokenLogprob("Hi", -0.5), TokenLogprob("Ho", -1.5))
    )
    assert (second.token, second.logprob) == ("!", float("-inf"))


def test_lists_that_are_none() -> None:
    """Nothing is made of nothing."""
    for raw in ({}, {"tokens": None}, {"tokens": ["a"]}, {"tokens": "a", "token_logprobs": 1}, 3):
        assert parsed(answer({"content": "Hi"}, logprobs=raw)).choices[0].logprobs is None


def test_a_number_per_delta() -> None:
    """A delta is one token, and the number is its own."""
    events = [
        {"id": "1", "choices": [{"index": 0, "delta": {"content": text}, "logprobs": value}]}
        for text, value in (("Hi", -0.5), ("!", -0.25))
    ]
    whole = streamed(*events, chunk({}, "stop"))
    found = whole.answer.choices[0].logprobs
    assert found is not None
    assert found.content == (TokenLogprob("Hi", -0.5), TokenLogprob("!", -0.25))
