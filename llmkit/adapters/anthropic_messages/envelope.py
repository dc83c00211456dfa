"""What is around a message: the path, the version, the beta features, on each platform.

Sources: https://platform.claude.com/docs/en/api/versioning,
https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude,
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from .._base import Endpoint
from .task import JsonDict

if TYPE_CHECKING:
    from . import AnthropicMessages

_VERSIONS: Final = {
    "direct": "2023-06-01",
    "vertex": "vertex-2023-10-16",
    "bedrock": "bedrock-2023-05-31",
}


def path(wire: AnthropicMessages, endpoint: Endpoint, *, stream: bool) -> str:
    """Where a message is posted to, below the endpoint's address."""
    match wire.envelope:
        case "vertex":
            action = "streamRawPredict" if stream else "rawPredict"
            return f"/publishers/anthropic/models/{quote(endpoint.model, safe='@')}:{action}"
        case "bedrock":
            action = "invoke-with-response-stream" if stream else "invoke"
            return f"/model/{quote(endpoint.model, safe='')}/{action}"
        case _:
            # An address is given with the version in it, or without.
            return "/messages" if endpoint.base_url.endswith("/v1") else "/v1/messages"


def start(wire: AnthropicMessages, endpoint: Endpoint, *, stream: bool) -> JsonDict:
    """The fields of a body that are about its way and not about the message."""
    version = wire.version or _VERSIONS[wire.envelope]
    match wire.envelope:
        case "vertex":
            body: JsonDict = {"anthropic_version": version}
        case "bedrock":
            return {"anthropic_version": version}
        case _:
            body = {"model": endpoint.model}
    if stream:
        body["stream"] = True
    return body


def finish(
    wire: AnthropicMessages, body: JsonDict, needed: Sequence[str], extra: Mapping[str, str]
) -> dict[str, str]:
    """The wire's headers; the beta features stand in them, or in *body*.

    Args:
        wire: the adapter.
        body: the body, which gets the features where that is their place.
        needed: the features that the request needs.
        extra: the caller's own headers.
    """
    betas = [*wire.betas]
    if needed:
        betas += [name for name in needed if name not in wire.betas]
    if wire.envelope == "direct":
        headers = {"anthropic-version": wire.version or _VERSIONS["direct"]}
        if betas:
            headers["anthropic-beta"] = ",".join(betas)
        return headers
    for name, value in extra.items():
        if name.lower() == "anthropic-beta":
            betas += [beta.strip() for beta in value.split(",")]
    if betas:
        body["anthropic_beta"] = list(dict.fromkeys(betas))
    return {}
