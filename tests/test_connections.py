"""What a client does with its connections, over real sockets."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from colours import Colour, both
from transports.wire_server import CHUNKED, END, Act, Script, WireServer, chunk

from llmkit import AsyncClient, ChatCompletionRequest, Client, ConfigurationError, UserMessage

EVENT = (
    b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n'
)
DONE = b"data: [DONE]\n\n"
REQUEST = ChatCompletionRequest("openai/gpt-4o", [UserMessage("Hello")])


@pytest.mark.parametrize(
    "script",
    [
        pytest.param((CHUNKED + chunk(EVENT) + chunk(DONE) + END,), id="in-one-piece"),
        pytest.param((CHUNKED + chunk(EVENT) + chunk(DONE), 0.005, END), id="end-comes-later"),
        pytest.param((CHUNKED + chunk(EVENT), 0.005, END), id="without-an-end-mark"),
    ],
)
@both
def test_whole_streams_share_one_connection(colour: Colour, script: Script) -> None:
    """A stream that is read to its end leaves its connection to the next call."""
    with (
        WireServer(script) as server,
        colour("openai/gpt-4o", api_key="k", base_url=f"{server.url}/v1") as door,
    ):
        for _ in range(5):
            assert door.stream(REQUEST).response().content == "Hi"
        assert server.connections == 1


@both
def test_a_server_that_goes_on_after_the_end_is_not_waited_for(colour: Colour) -> None:
    """After `[DONE]` the answer is whole, whatever the connection does; it is given back."""
    endless: Script = (CHUNKED + chunk(EVENT) + chunk(DONE), Act.HOLD)
    with (
        WireServer(endless) as server,
        colour("openai/gpt-4o", api_key="k", base_url=f"{server.url}/v1") as door,
    ):
        assert door.stream(REQUEST).response().content == "Hi"
        server.wait_for_open(0)


@pytest.mark.parametrize("door", [Client, AsyncClient])
def test_a_client_is_set_up_by_a_file(
    door: type[Client] | type[AsyncClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`from_config` reads the file given, or the nearest one; what is wrong in it is told."""
    file = tmp_path / "llmkit.toml"
    file.write_text(
        textwrap.dedent("""
            [client]
            model = "office/small"

            [[providers]]
            name = "office"
            wire = "openai-chat"
            base_url = "http://127.0.0.1:1/v1"
        """)
    )
    assert repr(door.from_config(file)) == f"{door.__name__}(provider='office')"
    monkeypatch.chdir(tmp_path)
    assert repr(door.from_config()) == f"{door.__name__}(provider='office')"
    file.write_text("[client]\nmodle = 'x'\n")
    with pytest.raises(ConfigurationError, match="model"):
        door.from_config()
