"""What the vendors' documents say of each provider: what the manifests are held against.

The tables are written from the documents, never from the manifests, one module per group of
providers; `test_provider_requests` holds the requests that llmkit makes to them.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from llmkit._models.request import EFFORTS

CHOICES = frozenset({"auto", "none", "required", "named"})
FORMATS = frozenset({"text", "json_object", "json_schema"})


@frozen(kw_only=True)
class Model:
    """What a provider's models take. The defaults are those of most.

    Args:
        limit: what the limit of tokens is called.
        renamed: fields of a request, each with its name on the wire: {"user": "user_id"}; of
            `tool_choice`, that of the words, and of `top_logprobs`, where a number says both.
        refused: fields of a request that it does not take, or would ignore.
        formats: the kinds of `response_format` that it knows.
        efforts: the words of `reasoning_effort` that it takes; empty: none.
        thinking: an effort, and the fields of the body that say it; what is not in here is said
            as {"reasoning_effort": effort}.
        budget: the fields of the body that say `reasoning_budget=2048`; None: it is refused.
        tool_choices: which of "auto", "none", "required" and "named" it knows.
        required_word: its word for "required".
        stops: how many stop texts it takes; None: any number.
        ranges: numeric fields of a request, each with the least and the greatest value.
        stream_options: it takes `stream_options`.
        text_lists: a message may have several texts.
        images: it takes images.
        audio: it takes sound.
        files: it takes files.
        names: it takes names on messages.
        developer: it knows the role `developer`.
        reasoning_back: the message's field that thinking goes back in; None: nowhere.
        stream_field: a stream is asked for by `stream` in the body.
        model_in_body: the model is named in the body.
        body: constant fields of each body.
        thinks: it thinks where no effort is asked for.
        while_thinking: what it takes while it thinks, where that is not the same: of this only
            `refused`, `ranges`, `tool_choices` and `formats` count.
    """

    limit: str = "max_tokens"
    renamed: Mapping[str, str] = field(factory=dict)
    refused: frozenset[str] = frozenset()
    formats: frozenset[str] = FORMATS
    efforts: frozenset[str] = frozenset(EFFORTS)
    thinking: Mapping[str, Mapping[str, object]] = field(factory=dict)
    budget: Mapping[str, object] | None = None
    tool_choices: frozenset[str] = CHOICES
    required_word: str = "required"
    stops: int | None = None
    ranges: Mapping[str, tuple[float, float]] = field(factory=dict)
    stream_options: bool = True
    text_lists: bool = True
    images: bool = True
    audio: bool = True
    files: bool = True
    names: bool = True
    developer: bool = False
    reasoning_back: str | None = None
    stream_field: bool = True
    model_in_body: bool = True
    body: Mapping[str, object] = field(factory=dict)
    thinks: bool = True
    while_thinking: Model | None = None


@frozen(kw_only=True)
class Facts:
    """What a provider's document says.

    Args:
        source: the document's address.
        url: where a request for the model "m" is posted, its places filled.
        env: the variables that may hold the key, in order.
        aliases: the provider's other names.
        key: the header that says the key KEY, and how it does.
        headers: the headers that it wants besides.
        places: environment variables that fill the address's placeholders, and values.
        models_url: where its models are listed.
        stream_url: where a request for a stream is posted, if elsewhere.
        local: it runs on the user's machine, without a key.
        keyless: it is on the network, and works without a key.
        signed: where there is no key, the credentials of a cloud sign.
        exchanged: the key is exchanged for a token, and not sent itself.
        closed: it is gone.
        model: what its models take.
        models: the names of models that take something else, and what that is.
    """

    source: str
    url: str
    env: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    key: tuple[str, str] = ("Authorization", "Bearer KEY")
    headers: Mapping[str, str] = field(factory=dict)
    places: Mapping[str, str] = field(factory=dict)
    models_url: str | None = None
    stream_url: str | None = None
    local: bool = False
    keyless: bool = False
    signed: bool = False
    exchanged: bool = False
    closed: bool = False
    model: Model = Model()
    models: Mapping[str, Model] = field(factory=dict)
