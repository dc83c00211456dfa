"""A request, said in the form of Cohere's chat.

Source: https://docs.cohere.com/v2/reference/chat
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ..._http import HttpRequest
from ..._json import JsonValue
from ..._models.adjustments import Adjuster
from ..._models.request import ChatCompletionRequest
from .._base import Endpoint, post_json
from .messages import JsonDict, messages
from .tools import answer_form, tools

if TYPE_CHECKING:
    from . import CohereV2

# Each field of a request that goes as it is: the wire has the same name for it.
_SAME: Final = ("max_tokens", "temperature", "seed", "logprobs")
_UNKNOWN: Final = (
    *("logit_bias", "metadata", "prompt_mode", "safe_prompt", "service_tier"),
    *("top_logprobs", "user"),
)
# The wire's name, its least and its most, of fields whose ends may be moved: there is hardly a
# difference between a `top_p` of 1 and one of 0.99.
_CLAMPED: Final = (("top_p", "p", 0.01, 0.99), ("top_k", "k", 0, 500))
_MOST_STOPS: Final = 5
_PATH: Final = "/v2/chat"


def build(
    wire: CohereV2, request: ChatCompletionRequest[object], endpoint: Endpoint, *, stream: bool
) -> HttpRequest:
    """The HTTP request that says *request*."""
    adjust = endpoint.adjust
    body: JsonDict = {"model": endpoint.model}
    said, documents = messages(wire, request.messages, adjust)
    if documents:
        body["documents"] = documents
    output, words = answer_form(request, body, adjust)
    body["messages"] = said if words is None else _with_words(said, words)
    _sampling(request, body, adjust)
    _thinking(request, body, adjust)
    tools(request, output, body, adjust)
    if stream:
        body["stream"] = True
    path = _PATH.removeprefix("/v2") if endpoint.base_url.endswith("/v2") else _PATH
    return post_json(request, endpoint, path, body)


def _with_words(said: Sequence[JsonValue], words: str) -> list[JsonValue]:
    """*said*, with more for the system to say after what it says first."""
    start = 0
    while start < len(said) and isinstance(one := said[start], dict) and one["role"] == "system":
        start += 1
    return [*said[:start], {"role": "system", "content": words}, *said[start:]]


def _sampling(request: ChatCompletionRequest[object], body: JsonDict, adjust: Adjuster) -> None:
    for name in _SAME:
        value = getattr(request, name)
        if value is not None:
            body[name] = value
    for name, theirs, least, most in _CLAMPED:
        value = getattr(request, name)
        if value is None:
            continue
        body[theirs] = taken = min(max(value, least), most)
        if taken != value:
            reason = f"from {value} to {taken}: the provider takes {least} to {most}"
            adjust.note("clamped", name, reason)
    for name in ("frequency_penalty", "presence_penalty"):
        value = getattr(request, name)
        if value is None:
            continue
        if 0 <= value <= 1:
            body[name] = value
        else:
            adjust.unsupported(name, f"the provider takes 0 to 1, not {value}")
    if request.stop:
        if len(request.stop) > _MOST_STOPS:
            reason = f"the provider takes {_MOST_STOPS} at most, not the ones after"
            adjust.unsupported("stop", reason)
        body["stop_sequences"] = list(request.stop[:_MOST_STOPS])
    if request.n is not None:
        if request.n > 1:
            adjust.unsupported("n", "the wire gives one answer")
        else:
            adjust.note("dropped", "n", "one answer is what comes unasked")
    for name in _UNKNOWN:
        if getattr(request, name) not in (None, {}):
            adjust.unsupported(name, "the wire has no such field")


def _thinking(request: ChatCompletionRequest[object], body: JsonDict, adjust: Adjuster) -> None:
    """A model thinks or does not, up to a number of tokens.

    Source: https://docs.cohere.com/docs/reasoning
    """
    effort, budget = request.reasoning_effort, request.reasoning_budget
    if effort is None and budget is None:
        return
    if budget == 0 or (budget is None and effort == "none"):
        body["thinking"] = {"type": "disabled"}
    else:
        thinking: JsonDict = {"type": "enabled"}
        if budget is not None:
            thinking["token_budget"] = budget
        elif effort != "high":
            reason = "the provider knows thinking and none, and a budget, but no degrees"
            adjust.note("rewritten", "reasoning_effort", reason)
        body["thinking"] = thinking
    if effort is not None and budget is not None:
        adjust.note("dropped", "reasoning_effort", "the budget says it more exactly")
