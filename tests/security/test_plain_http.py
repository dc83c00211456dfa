"""A key that goes to another machine over plain http is warned of."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from colours import Colour, both

from llmkit import ChatCompletionRequest, InsecureConnectionWarning, Provider, UserMessage
from llmkit._core.plain_http import host_in_plain
from llmkit.testing import Reply, ScriptedTransport, chat_reply, chat_stream

from .looking import KEY

HI = [UserMessage("Hi")]
REQUEST = ChatCompletionRequest("m", HI)
HERE = (
    *("http://localhost", "http://LOCALHOST:8000/v1", "http://localhost./v1"),
    *("http://llm.localhost/v1", "http://127.0.0.1:11434", "http://127.8.9.10/v1"),
    *("http://[::1]:8080/v1", "http://[::ffff:127.0.0.1]/v1", "https://api.example.com/v1"),
)
ELSEWHERE = (
    *("http://api.example.com/v1", "http://10.0.0.4:8000/v1", "http://192.168.1.2/v1"),
    *("http://localhost.example.com/v1", "http://mylocalhost/v1", "http://127.0.0.1.nip.io/v1"),
    *("http://[fe80::1]/v1", "http://[::ffff:10.0.0.1]/v1", "http://0x7f.1/v1"),
)


def warned(caught: list[warnings.WarningMessage]) -> list[str]:
    """What was said of plain http."""
    told = [each for each in caught if each.category is InsecureConnectionWarning]
    assert all(each.filename.endswith(("colours.py", "test_plain_http.py")) for each in told)
    return [str(each.message) for each in told]


def uses(colour: Colour, base_url: str, requests: Any = (REQUEST,), **client: Any) -> list[str]:
    """The warnings of a client that asks at *base_url*."""
    mine = Provider("mine", wire="openai-chat", base_url=base_url, models_path="/models")
    script = [chat_reply("Hi") for _ in requests]
    arguments = {"provider": mine, "transport": ScriptedTransport(*script), **client}
    with warnings.catch_warnings(record=True) as caught, colour(**arguments) as door:
        warnings.simplefilter("always")
        for request in requests:
            door.complete(request)
    return warned(caught)


@both
@pytest.mark.parametrize("base_url", ELSEWHERE)
def test_a_key_over_plain_http_is_warned_of(colour: Colour, base_url: str) -> None:
    """Once for each client and host, at the line that asked; with the host, without the key."""
    (told,) = uses(colour, base_url, [REQUEST, ChatCompletionRequest("other", HI)], api_key=KEY)
    host = host_in_plain(base_url)
    assert host is not None
    assert f"to {host} over plain http" in told
    assert KEY not in told
    assert len(uses(colour, base_url, api_key=lambda: KEY)) == 1


@both
@pytest.mark.parametrize("base_url", HERE)
def test_this_machine_and_https_are_not_warned_of(colour: Colour, base_url: str) -> None:
    """By name, in the whole of 127.0.0.0/8, and by IPv6."""
    assert uses(colour, base_url, api_key=KEY) == []


@both
@pytest.mark.parametrize("base_url", ELSEWHERE[:2])
def test_without_a_key_there_is_no_warning(colour: Colour, base_url: str) -> None:
    """Servers of one's own often take none."""
    assert uses(colour, base_url) == []


@both
def test_a_key_of_the_callers_own_is_warned_of(colour: Colour) -> None:
    """In a header or the query of the request alone: then, and not before."""
    own = ChatCompletionRequest("m", HI, extra_headers={"Authorization": f"Bearer {KEY}"})
    assert len(uses(colour, ELSEWHERE[0], [REQUEST, own, own])) == 1
    query = ChatCompletionRequest("m", HI, extra_query={"key": KEY})
    assert len(uses(colour, ELSEWHERE[0], [REQUEST, query])) == 1


@both
def test_each_host_and_each_client_is_warned_of(colour: Colour) -> None:
    """Two providers of one client, a stream and a list of models."""
    providers = [
        Provider(name, wire="openai-chat", base_url=f"http://{name}.example", models_path="/m")
        for name in ("a", "b")
    ]
    script = (chat_stream("Hi"), chat_stream("Hi"), Reply({"data": []}), Reply({"data": []}))
    for _ in range(2):
        with (
            warnings.catch_warnings(record=True) as caught,
            pytest.MonkeyPatch.context() as patch,
            colour(providers=providers, transport=ScriptedTransport(*script)) as door,
        ):
            warnings.simplefilter("always")
            patch.setenv("LLMKIT_A_API_KEY", KEY)
            patch.setenv("LLMKIT_B_API_KEY", KEY)
            for model in ("a/m", "b/m"):
                door.stream(ChatCompletionRequest(model, HI)).response()
            door.list_models("a")
            door.list_models("b")
        assert len(warned(caught)) == 2


@both
def test_a_warning_that_is_an_error_stops_every_call(colour: Colour) -> None:
    """So a program can refuse plain http: nothing is sent, the second time neither."""
    mine = Provider("mine", wire="openai-chat", base_url=ELSEWHERE[0])
    transport = ScriptedTransport()
    with colour(provider=mine, api_key=KEY, transport=transport) as door:
        for _ in range(2):
            with pytest.raises(InsecureConnectionWarning):
                door.complete(REQUEST)
    assert transport.requests == []


@both
def test_the_embedded_provider_is_not_warned_of(colour: Colour) -> None:
    """Nothing of it leaves the process."""
    with colour("echo/demo", api_key=KEY) as door:
        assert door.complete(ChatCompletionRequest("", HI)).content
