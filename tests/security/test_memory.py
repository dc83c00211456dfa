"""Pickles, copies, caches and reprs: a key is with its client, and goes with it."""

from __future__ import annotations

import copy
import gc
import pickle
import uuid
from types import ModuleType
from typing import Any

import attrs
import pytest
from colours import AsyncDoor, Colour, both
from transports.wire_server import CHUNKED, END, WireServer, answer, chunk

from llmkit import ChatCompletionRequest, Client, Provider, RetryPolicy, UserMessage, providers
from llmkit._http import HttpRequest
from llmkit.errors import AuthenticationError, LLMKitError
from llmkit.providers.keys import KeyringKey
from llmkit.testing import Reply, ScriptedTransport, chat_reply

from .looking import KEY, OTHER, assert_clean, shown

HI = [UserMessage("Hi")]
SAID = b'{"choices": [{"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"}]}'
STREAM = CHUNKED + chunk(b'data: {"choices": []}\n\ndata: [DONE]\n\n') + END


@both
def test_a_client_has_no_pickle_and_no_deep_copy(colour: Colour) -> None:
    """Either would write the key down, or make a second holder of it."""
    with colour("openai/m", api_key=KEY, transport=ScriptedTransport()) as door:
        for write in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError, match="not pickled"):
                write(door.client)
        assert KEY not in repr(copy.copy(door.client))
        assert KEY not in shown(door.client)


def test_a_provider_is_a_value_without_a_key() -> None:
    """It names the variables that may hold one; what it was made with, it pickles."""
    provider = providers.get("openai")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", KEY)
        assert KEY.encode() not in pickle.dumps(provider)
        assert pickle.loads(pickle.dumps(provider)) == copy.deepcopy(provider) == provider
    gate = attrs.evolve(provider, headers={"X-Gate-Key": KEY}, query={"key": KEY})
    assert KEY not in repr(gate)
    assert KEY not in shown(gate)


def test_a_request_shows_no_key_of_the_callers_own() -> None:
    """In its headers, query and body, where the name says so; all else is shown."""
    request = ChatCompletionRequest(
        "m",
        HI,
        extra_headers={"X-Token": KEY},
        extra_query={"key": KEY, "version": "1"},
        extra_body={"api_key": KEY, "nested": [{"secret": KEY, "size": 3}], "max_tokens": 5},
    )
    assert_clean_repr(request)
    for word in ("'version': '1'", "'size': 3", "'max_tokens': 5", "X-Token"):
        assert word in repr(request)


def assert_clean_repr(value: object) -> None:
    """Neither as a whole nor field by field."""
    assert KEY not in repr(value)
    assert KEY not in shown(value)


def test_what_is_sent_shows_no_key_field_by_field() -> None:
    """rich, pprint and the like look past a class's own repr."""
    sent = HttpRequest("POST", f"https://a.example/?key={KEY}&v=1", {"X": KEY}, KEY.encode())
    assert_clean_repr(sent)
    assert "https://a.example/?key=[REDACTED]&v=1" in repr(sent)
    with Client("openai/m", api_key=KEY, transport=ScriptedTransport()) as client:
        core = client._core
        call = core.call(ChatCompletionRequest("", HI), stream=False)
        for value in (call.target, call.http(KEY), core, call):
            assert_clean_repr(value)


def test_a_keyrings_key_shows_itself_in_no_pickle() -> None:
    """The function that asks for it keeps it; its copy asks anew."""
    ask = KeyringKey("groq", "no key")
    ask._key = KEY
    assert KEY not in repr(ask)
    assert KEY.encode() not in pickle.dumps(ask)
    assert copy.deepcopy(ask)._key is None


@both
def test_an_error_pickles_clean_with_all_that_it_holds(colour: Colour) -> None:
    """Attempts, partial answer, cause: what goes to another process has no key."""
    transport = ScriptedTransport(*[Reply({"error": {"message": KEY}}, 500)] * 3)
    with (
        colour(api_key=KEY, transport=transport, retry=RetryPolicy(wait_initial=0)) as door,
        pytest.raises(LLMKitError) as caught,
    ):
        door.complete(ChatCompletionRequest("openai/m", HI))
    again = pickle.loads(pickle.dumps(caught.value))
    assert len(again.attempts) == 3
    assert_clean(again)
    assert_clean(copy.copy(caught.value))


def lived(colour: Colour, server: WireServer) -> str:
    """A client's whole life: answers, a stream, a refusal. Its key, read backwards.

    A large request takes another way through aiohttp.
    """
    key = f"sk-{uuid.uuid4().hex}"
    url = f"http://127.0.0.1:{server.port}/v1"
    mine = Provider("mine", wire="openai-chat", base_url=url)
    request = ChatCompletionRequest("m", HI)
    with colour(provider=mine, api_key=key, retry=RetryPolicy(attempts=1)) as door:
        door.complete(request)
        door.stream(request).response()
        with pytest.raises(AuthenticationError):
            door.complete(ChatCompletionRequest("m", [UserMessage("a" * 200_000)]))
        if isinstance(door, AsyncDoor):
            door.run(door.client.aclose())
    assert all(each.headers["authorization"] == f"Bearer {key}" for each in server.received)
    server.received.clear()
    return key[::-1]


@both
def test_a_key_is_gone_with_its_client(colour: Colour) -> None:
    """No cache, pool, loop or module holds it on: of all objects, none has it."""
    refusal = (answer(b"no", status="401 Unauthorized"),)
    with WireServer((answer(SAID),), (STREAM,), refusal) as server:
        backwards = lived(colour, server)
    gc.collect()
    holders = [type(owner) for owner in gc.get_objects() if _holds(owner, backwards)]
    assert holders == []


def test_the_search_for_a_key_finds_one() -> None:
    """The test above can fail: a client that lives has its key."""
    key = f"sk-{uuid.uuid4().hex}"
    with Client("openai/m", api_key=key, transport=ScriptedTransport(chat_reply("a"))) as client:
        client.chat_completion(ChatCompletionRequest("", HI))
        backwards = key[::-1]
        del key
        assert any(_holds(owner, backwards) for owner in gc.get_objects())


def _holds(owner: object, backwards: str) -> bool:
    """Whether *owner* itself holds a text or bytes with the key in it."""
    # What a module holds is in its dictionary, an object of its own; and to ask `_asyncio` itself
    # what it refers to makes it free some of that twice, up to 3.12.5 (python/cpython#122695).
    if isinstance(owner, type | ModuleType) or not gc.is_tracked(owner):
        return False
    return any(_has(item, backwards) for item in gc.get_referents(owner))


def _has(value: Any, backwards: str) -> bool:
    if type(value) is bytes or type(value) is bytearray:
        return backwards.encode() in bytes(value)[::-1]
    return type(value) is str and backwards in value[::-1]


def test_other_keys_are_not_a_part_of_errors() -> None:
    """What the environment holds for other providers is nowhere in an error of this one's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GROQ_API_KEY", OTHER)
        transport = ScriptedTransport(Reply({"error": {"message": "no"}}, 401))
        with (
            Client("openai/m", api_key=KEY, transport=transport) as client,
            pytest.raises(AuthenticationError) as caught,
        ):
            client.chat_completion(ChatCompletionRequest("", HI))
    assert_clean(caught.value, OTHER)
