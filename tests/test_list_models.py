"""A provider's models, listed live: over real sockets, in both colours."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from colours import Colour, both
from transports.wire_server import Act, Script, WireServer, answer

from llmkit import (
    APIError,
    AuthenticationError,
    ChatCompletionRequest,
    ChatCompletionResponse,
    ClosedError,
    ConfigurationError,
    DecodeError,
    Endpoint,
    HttpRequest,
    HttpResponse,
    InvalidRequestError,
    LLMKitError,
    ModelInfo,
    ModelPage,
    OverloadedError,
    Provider,
    ResponseLostError,
    RetryPolicy,
    StreamDecoder,
    Timeout,
    TimeoutError,
    UserMessage,
)
from llmkit.testing import Reply, ScriptedTransport

KEY = "sk-of-the-lists-0123456789"
AT_ONCE = RetryPolicy(attempts=3, wait_initial=0)
LIST = {"object": "list", "data": [{"id": "b", "owned_by": "us"}, {"id": "a/c"}]}


def said(body: object, status: str = "200 OK", **headers: str) -> Script:
    """A server's answer of JSON."""
    return (answer(json.dumps(body).encode(), status=status, headers=headers),)


def refused(status: str, message: str = "no") -> Script:
    """A server's answer that is an error."""
    return said({"error": {"message": message}}, status)


def mine(server: WireServer, **fields: Any) -> Provider:
    """A provider of the test's own, at *server*."""
    usual: dict[str, Any] = {
        "wire": "openai-chat",
        "base_url": f"http://127.0.0.1:{server.port}/v1",
        "models_path": "/models",
        "env": ("MY_KEY",),
    }
    return Provider("mine", **{**usual, **fields})


@both
def test_the_models_are_listed(colour: Colour) -> None:
    """In the list's order, each named as a request names it."""
    with (
        WireServer(said(LIST)) as server,
        colour(provider=mine(server), api_key=KEY) as door,
    ):
        models = door.list_models()
    assert [(model.id, model.name) for model in models] == [("b", "mine/b"), ("a/c", "mine/a/c")]
    assert (models[0].provider, models[0].owned_by) == ("mine", "us")
    assert models[0].raw == LIST["data"][0]


@both
def test_what_goes_over_the_wire(colour: Colour) -> None:
    """A GET with the key, the provider's headers and its query, and no body: not an empty one."""
    with (
        WireServer(said(LIST)) as server,
        colour(
            provider=mine(server, headers={"X-Team": "a"}, query={"api-version": "1"}),
            api_key=KEY,
        ) as door,
    ):
        door.list_models()
        (sent,) = server.received
    assert (sent.method, sent.target, sent.body) == ("GET", "/v1/models?api-version=1", b"")
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["x-team"] == "a"
    assert sent.headers["accept"] == "application/json"
    assert sent.headers["user-agent"].startswith("llmkit/")
    assert sent.headers.keys().isdisjoint({"content-length", "transfer-encoding", "content-type"})


@both
def test_a_provider_may_be_named(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name or alias; its key is its own, and the client's goes to the client's own alone."""
    with WireServer(said(LIST)) as server:
        monkeypatch.setenv("MY_KEY", "sk-of-mine")
        provider = mine(server, aliases=("my",))
        with colour("groq/m", api_key=KEY, providers=[provider]) as door:
            assert door.list_models("mine") == door.list_models("my")
        assert [sent.headers["authorization"] for sent in server.received] == [
            "Bearer sk-of-mine",
            "Bearer sk-of-mine",
        ]


@both
def test_a_name_in_the_list_is_a_name_for_a_request(colour: Colour) -> None:
    """What is listed can be asked."""
    with colour("echo/demo") as door:
        (model,) = door.list_models()
        reply = door.complete(ChatCompletionRequest(model.name, [UserMessage("Hi")]))
    assert (model.name, model.owned_by) == ("echo/demo", "llmkit")
    assert reply.content


@both
def test_pages_are_followed(colour: Colour) -> None:
    """To the last, whose models come last; each with the key, over one connection."""
    pages = [
        said({"data": [{"id": "a"}, {"id": "b"}], "has_more": True, "last_id": "b"}),
        said({"data": [{"id": "c"}], "has_more": True, "last_id": "c"}),
        said({"data": [{"id": "d"}], "has_more": False, "last_id": "d"}),
    ]
    with WireServer(*pages) as server:
        provider = mine(
            server, wire="anthropic-messages", base_url=f"http://127.0.0.1:{server.port}"
        )
        with colour(provider=provider, api_key=KEY) as door:
            models = door.list_models()
        assert [model.id for model in models] == ["a", "b", "c", "d"]
        assert [sent.target for sent in server.received] == [
            "/models?limit=1000",
            "/models?limit=1000&after_id=b",
            "/models?limit=1000&after_id=c",
        ]
        assert {sent.headers["authorization"] for sent in server.received} == {f"Bearer {KEY}"}
        assert server.connections == 1


@both
def test_a_list_without_an_end_is_an_error(colour: Colour) -> None:
    """A server that gives the same page for ever is asked for it twice, and another 100 times."""
    same = Reply({"data": [{"id": "a"}], "has_more": True, "last_id": "a"})
    transport = ScriptedTransport(same, same)
    with (
        colour("anthropic/m", api_key=KEY, transport=transport) as door,
        pytest.raises(DecodeError, match="has no end: 2 pages") as caught,
    ):
        door.list_models()
    assert caught.value.provider == "anthropic"
    others = [
        Reply({"data": [{"id": f"m{number}"}], "has_more": True, "last_id": f"m{number}"})
        for number in range(100)
    ]
    transport = ScriptedTransport(*others)
    with (
        colour("anthropic/m", api_key=KEY, transport=transport) as door,
        pytest.raises(DecodeError, match="has no end: 100 pages"),
    ):
        door.list_models()
    transport.assert_done()


@both
def test_what_may_pass_is_tried_again(colour: Colour) -> None:
    """As a chat is: by the same policy, each page by itself, a wait that is asked for obeyed."""
    page = said({"data": [{"id": "a"}], "has_more": True, "last_id": "a"})
    slow_down = said({"error": {"message": "slow down"}}, "429 Too Many", **{"Retry-After": "0"})
    scripts = [
        refused("503 Busy"),
        (Act.RESET,),
        page,
        slow_down,
        refused("500 Oh"),
        said({"data": [{"id": "b"}]}),
    ]
    with WireServer(*scripts) as server:
        provider = mine(server, wire="anthropic-messages")
        with colour(provider=provider, api_key=KEY, retry=AT_ONCE) as door:
            assert [model.id for model in door.list_models()] == ["a", "b"]
        assert len(server.received) == 6


@both
def test_an_error_tells_its_attempts(colour: Colour) -> None:
    """With provider, status and the provider's own words; there is no model that it is about."""
    with (
        WireServer(refused("503 Busy", "come back later")) as server,
        colour(provider=mine(server), api_key=KEY, retry=AT_ONCE) as door,
        pytest.raises(OverloadedError, match="come back later") as caught,
    ):
        door.list_models()
    error = caught.value
    assert (error.provider, error.model, error.status) == ("mine", None, 503)
    assert [attempt.status for attempt in error.attempts] == [503, 503, 503]
    assert len(server.received) == 3


@both
def test_no_error_shows_the_key(colour: Colour) -> None:
    """Not even where the provider repeats it."""
    with (
        WireServer(refused("401 No", f"{KEY} is not a key")) as server,
        colour(provider=mine(server), api_key=KEY) as door,
        pytest.raises(AuthenticationError) as caught,
    ):
        door.list_models()
    assert KEY not in str(caught.value) + repr(caught.value) + caught.value.body
    assert "is not a key" in str(caught.value)


@both
def test_a_redirect_is_not_followed(colour: Colour) -> None:
    """The key goes to its own provider only."""
    with WireServer(said(LIST)) as other:
        moved = said({}, "307 Moved", Location=f"http://127.0.0.1:{other.port}/v1/models")
        with (
            WireServer(moved) as server,
            colour(provider=mine(server), api_key=KEY) as door,
            pytest.raises(LLMKitError, match="redirected to"),
        ):
            door.list_models()
        assert other.received == []


@both
@pytest.mark.parametrize("body", [b"<html>hello</html>", b'{"hello": 1}', b""])
def test_what_is_no_list_is_an_error(colour: Colour, body: bytes) -> None:
    """And not an empty list; once is enough to know."""
    with (
        WireServer((answer(body),)) as server,
        colour(provider=mine(server), api_key=KEY) as door,
        pytest.raises(DecodeError) as caught,
    ):
        door.list_models()
    assert (caught.value.body, caught.value.provider) == (body, "mine")
    assert len(server.received) == 1


@both
def test_total_is_for_the_whole_list(colour: Colour) -> None:
    """All pages and attempts together, not each: a slow server is left on time."""
    number = iter(range(1000))
    slow = [
        (0.1, *said({"data": [{"id": "a"}], "has_more": True, "last_id": f"m{next(number)}"}))
        for _ in range(50)
    ]
    with WireServer(*slow) as server:
        provider = mine(server, wire="anthropic-messages")
        started = time.monotonic()
        with (
            colour(provider=provider, api_key=KEY, retry=AT_ONCE) as door,
            pytest.raises(TimeoutError) as caught,
        ):
            door.list_models(timeout=0.5)
        assert caught.value.limit == "total"
        assert time.monotonic() - started < 2
        assert 2 < len(server.received) < 8


@both
def test_limits_are_the_clients_or_those_given(colour: Colour) -> None:
    """`read` is the longest wait for an answer to begin."""
    silent: Script = (Act.HOLD,)
    once = RetryPolicy(attempts=1)
    ways: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"timeout": Timeout(read=0.1)}, {}),
        ({"timeout": 60}, {"timeout": Timeout(read=0.1)}),
    ]
    for client, given in ways:
        with (
            WireServer(silent) as server,
            colour(provider=mine(server), api_key=KEY, retry=once, **client) as door,
            pytest.raises(TimeoutError) as caught,
        ):
            door.list_models(**given)
        assert caught.value.limit == "read"


@both
def test_a_wrong_limit_is_refused(colour: Colour) -> None:
    """Before anything is sent."""
    with colour("echo/demo") as door, pytest.raises(InvalidRequestError):
        door.list_models(timeout=-1)


@both
def test_a_closed_client_lists_nothing(colour: Colour) -> None:
    """It says that it is closed."""
    with colour("echo/demo") as door:
        door.close()
        with pytest.raises(ClosedError, match="the client is closed"):
            door.list_models()


@both
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gorq", "did you mean 'groq'"),
        ("groq/llama", "there is no provider 'groq/llama'"),
        ("", "there is no provider ''"),
    ],
)
def test_an_unknown_provider_is_an_error(colour: Colour, name: str, told: str) -> None:
    """And never the client's own in its place."""
    with colour("echo/demo") as door, pytest.raises(ConfigurationError, match=told):
        door.list_models(name)


@both
def test_a_provider_without_a_list(colour: Colour) -> None:
    """The error says so, also where there is no key."""
    here = Provider("here", wire="openai-chat", base_url="http://127.0.0.1:9/v1", env=("HERE_KEY",))
    with (
        colour(provider=here) as door,
        pytest.raises(ConfigurationError, match="here: no list of its models is known"),
    ):
        door.list_models()


@both
def test_a_missing_key_is_an_error(colour: Colour) -> None:
    """As for a chat."""
    with (
        WireServer(said(LIST)) as server,
        colour(provider=mine(server)) as door,
        pytest.raises(ConfigurationError, match="MY_KEY"),
    ):
        door.list_models()
    assert server.received == []


class Quiet:
    """An adapter from outside, with the four functions of a chat and no other."""

    provider = "quiet"

    def build(
        self, request: ChatCompletionRequest[object], endpoint: Endpoint, *, stream: bool
    ) -> HttpRequest:
        raise NotImplementedError

    def parse(self, response: HttpResponse) -> ChatCompletionResponse[object]:
        raise NotImplementedError

    def error(self, response: HttpResponse) -> APIError:
        raise NotImplementedError

    def decoder(self) -> StreamDecoder:
        raise NotImplementedError


class Talking(Quiet):
    """One that lists models in a way of its own."""

    def build_list(
        self, endpoint: Endpoint, path: str, page: Mapping[str, str] | None
    ) -> HttpRequest:
        query = f"?after={page['after']}" if page else ""
        return HttpRequest("GET", f"{endpoint.base_url}{path}{query}", endpoint.headers)

    def parse_list(self, response: HttpResponse) -> ModelPage:
        names = response.body.decode().split()
        models = tuple(ModelInfo(id=name) for name in names if name != "more")
        return ModelPage(models, {"after": models[-1].id} if "more" in names else None)


@both
def test_an_adapter_from_outside_may_list_no_models(colour: Colour) -> None:
    """Then the error names what it lacks."""
    with WireServer() as server:
        quiet = Provider(
            "quiet",
            wire=Quiet(),
            base_url=f"http://127.0.0.1:{server.port}",
            models_path="/models",
            key_required=False,
        )
        with (
            colour(provider=quiet) as door,
            pytest.raises(ConfigurationError, match="Quiet, lists no models: it has no build_list"),
        ):
            door.list_models()


@both
def test_an_adapter_from_outside_may_list_them_its_own_way(colour: Colour) -> None:
    """It has two more functions; pages, keys and errors are not its business."""
    with WireServer((answer(b"a b more"),), (answer(b"c"),)) as server:
        talking = Provider(
            "talking",
            wire=Talking(),
            base_url=f"http://127.0.0.1:{server.port}",
            models_path="/all",
        )
        with colour(provider=talking, api_key=KEY) as door:
            assert [model.name for model in door.list_models()] == [
                "talking/a",
                "talking/b",
                "talking/c",
            ]
        assert [sent.target for sent in server.received] == ["/all", "/all?after=b"]
        assert {sent.headers["authorization"] for sent in server.received} == {f"Bearer {KEY}"}


@both
def test_the_key_may_be_a_function(colour: Colour) -> None:
    """Asked once for each request, since keys may end."""
    keys = iter(["sk-one", "sk-two"])
    with WireServer(refused("503 Busy"), said(LIST)) as server:
        client: dict[str, Any] = {"provider": mine(server), "api_key": lambda: next(keys)}
        with colour(**client, retry=AT_ONCE) as door:
            assert len(door.list_models()) == 2
        assert [sent.headers["authorization"] for sent in server.received] == [
            "Bearer sk-one",
            "Bearer sk-two",
        ]


@both
def test_credentials_sign_a_list(colour: Colour, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bedrock's is signed as its chats are, for the region that it is in."""
    pytest.importorskip("botocore")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    body = {"modelSummaries": [{"modelId": "amazon.nova-pro-v1:0", "providerName": "Amazon"}]}
    with WireServer(said(body)) as server:
        url = f"http://127.0.0.1:{server.port}"
        with colour(provider="bedrock", base_url=url) as door:
            (model,) = door.list_models()
        (sent,) = server.received
    assert (model.name, model.owned_by) == ("bedrock/amazon.nova-pro-v1:0", "Amazon")
    assert sent.target == "/foundation-models"
    signed = sent.headers["authorization"]
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=AKIATEST/")
    assert "/eu-west-1/bedrock/aws4_request" in signed


@both
def test_where_the_clouds_list(colour: Colour) -> None:
    """Bedrock's list is on another host of the same owner, Vertex's is nobody's project's."""
    aws = ScriptedTransport(Reply({"modelSummaries": [{"modelId": "a"}]}))
    region = {"region": "us-east-1"}
    with colour(provider="bedrock", api_key=KEY, placeholders=region, transport=aws) as door:
        assert [model.id for model in door.list_models()] == ["a"]
    named = {"name": "publishers/google/models/gemini-2.5-pro"}
    google = ScriptedTransport(Reply({"publisherModels": [named]}))
    place = {"location": "us-central1", "project": "p"}
    with colour(provider="vertex", api_key=KEY, placeholders=place, transport=google) as door:
        assert [model.name for model in door.list_models()] == ["vertex/gemini-2.5-pro"]
    assert [sent.url for sent in (*aws.requests, *google.requests)] == [
        "https://bedrock.us-east-1.amazonaws.com/foundation-models",
        "https://us-central1-aiplatform.googleapis.com/v1beta1/publishers/google/models",
    ]


@both
def test_a_lost_answer_is_an_error_in_the_end(colour: Colour) -> None:
    """After as many attempts as the policy has."""
    with (
        WireServer((Act.RESET,)) as server,
        colour(provider=mine(server), api_key=KEY, retry=AT_ONCE) as door,
        pytest.raises(ResponseLostError) as caught,
    ):
        door.list_models()
    assert len(caught.value.attempts) == 3
