"""`llmkit chat` on a terminal."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from rich.console import Console

from llmkit.cli.markdown import markdown

from .program import Program, Terminal
from .screen import lines_seen
from .server import Reply, Server, end, event, stream

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


def on(server: Server, llmkit: Program, *args: str, **more: str) -> Terminal:
    """The program on a terminal, asking the test's server."""
    given = ["chat", *args, "-m", "llamacpp/m", "--base-url", server.base_url]
    return llmkit.on_terminal(*given, env=more)


def plain(text: str) -> str:
    """What a terminal writes, without colours and cursor movements."""
    return _ESCAPE.sub("", text).replace("\r\n", "\n")


def test_markdown_is_rendered(llmkit: Program, server: Server) -> None:
    """Marks become looks: bold is bold, and its asterisks are gone."""
    server.replies = [stream("A **bold", "** word.\n\n- one\n", "- two\n", end())]
    code, seen = on(server, llmkit, "Hi").end()
    assert code == 0
    assert "\x1b[1mbold" in seen
    assert "**" not in plain(seen).splitlines()[-4]
    assert " • one" in plain(seen)


def test_the_text_is_seen_while_it_comes(llmkit: Program, server: Server) -> None:
    """The block that is not finished is on the screen, too."""
    more = threading.Event()
    server.replies = [stream("Once upon", more, " a time.", end())]
    terminal = on(server, llmkit, "Hi")
    terminal.wait_for("Once upon")
    more.set()
    code, seen = terminal.end()
    assert code == 0
    assert "Once upon a time." in plain(seen)


def test_an_answer_longer_than_the_screen_is_printed_whole(llmkit: Program, server: Server) -> None:
    """Each finished block is printed once for good, in order, however long the answer is."""
    lines = [f"Paragraph {number}." for number in range(60)]
    server.replies = [stream(*[line + "\n\n" for line in lines], end())]
    code, seen = on(server, llmkit, "Hi").end()
    assert code == 0
    places = [plain(seen).rfind(line) for line in lines]
    assert -1 not in places
    assert places == sorted(places)


def test_a_block_longer_than_the_screen_is_printed_whole(llmkit: Program, server: Server) -> None:
    """Code of a hundred lines on a terminal of 24 is all there at the end."""
    lines = [f"value_{number} = {number}" for number in range(100)]
    server.replies = [stream("```python\n", *[line + "\n" for line in lines], "```\n", end())]
    code, seen = on(server, llmkit, "Hi").end()
    assert code == 0
    printed = plain(seen)[plain(seen).rfind("value_0 = 0") :]
    assert [line for line in lines if line not in printed] == []


def _slowly(text: str, size: int) -> Iterator[bytes]:
    """A stream that takes two seconds, so that it is drawn many times on its way."""
    starts = range(0, len(text), size)
    for start in starts:
        yield event({"content": text[start : start + size]})
        time.sleep(2 / len(starts))
    yield end()


@pytest.mark.parametrize("size", [3, 40, 5000])
def test_the_screen_at_the_end_is_the_answer(llmkit: Program, server: Server, size: int) -> None:
    """However it came in pieces, and however much of it was drawn before it was finished:
    each block stands there once, in order, and nothing of the drawing is left."""
    code_lines = "\n".join(f"value_{number} = {number}" for number in range(30))
    blocks = [
        "# Title",
        "Some **words** here.",
        f"```python\n{code_lines}\n```",
        "- a\n- b",
        "End.",
    ]
    text = "\n\n".join(blocks)
    server.replies = [Reply(_slowly(text, size), content_type="text/event-stream")]
    code, seen = on(server, llmkit, "Hi").end()
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        for number, block in enumerate(blocks):
            if number:
                console.print()
            console.print(markdown(block))
    wanted = [line.rstrip() for line in capture.get().splitlines()]
    assert code == 0
    assert lines_seen(seen, 24, 80) == [*wanted, ""]


def test_no_color_is_obeyed(llmkit: Program, server: Server) -> None:
    """NO_COLOR takes the colours, and leaves the text. https://no-color.org"""
    server.replies = [stream("```python\nx = 1\n```\n", end())]
    code, seen = on(server, llmkit, "Hi", NO_COLOR="1").end()
    assert code == 0
    assert "x = 1" in plain(seen)
    assert re.search(r"\x1b\[[0-9;]*[34][0-9]m", seen) is None


def test_a_dumb_terminal_gets_the_text(llmkit: Program, server: Server) -> None:
    """Where there are no cursor movements there are none."""
    server.replies = [stream("A **bold** word.", end())]
    code, seen = on(server, llmkit, "Hi", TERM="dumb").end()
    assert (code, seen) == (0, "A **bold** word.\r\n")


def test_json_is_shown_as_it_came(llmkit: Program, server: Server) -> None:
    """An answer that keeps to a schema is no Markdown."""
    (llmkit.folder / "any.json").write_text("{}")
    server.replies = [stream('{"a": "**b**"}', end())]
    code, seen = on(server, llmkit, "Hi", "--json-schema", "any.json").end()
    assert (code, seen) == (0, '{"a": "**b**"}\r\n')


def test_reasoning_is_shown_dimmed(llmkit: Program, server: Server) -> None:
    """Before the answer, and in another look than it."""
    server.replies = [stream(event({"reasoning_content": "Let me see."}), "Yes.", end())]
    code, seen = on(server, llmkit, "Hi").end()
    assert code == 0
    assert "\x1b[2mLet me see." in seen
    assert plain(seen).index("Let me see.") < plain(seen).index("Yes.")


def test_an_answer_cannot_steer_the_terminal(llmkit: Program, server: Server) -> None:
    """Escape sequences in an answer lose their escape: no title, no clearing, no links."""
    server.replies = [stream("a\x1b]0;owned\x07b\x1b[2Jc", end())]
    code, seen = on(server, llmkit, "Hi").end()
    assert code == 0
    assert "\x1b]0;" not in seen
    assert "\x1b[2J" not in seen


def test_what_had_arrived_is_rendered_before_the_error(llmkit: Program, server: Server) -> None:
    """A broken stream leaves its text on the screen, and the cursor visible."""
    server.replies = [stream("Once **upon** a")]
    code, seen = on(server, llmkit, "Hi").end()
    assert code == 1
    assert re.search(r"Once upon a *\nerror: ", plain(seen))
    assert seen.rfind("\x1b[?25h") > seen.rfind("\x1b[?25l")


def test_ctrl_c_ends_a_single_question(llmkit: Program, server: Server) -> None:
    """130, what had arrived is there, the cursor visible."""
    never = threading.Event()
    server.replies = [stream("Once upon", never, end())]
    terminal = on(server, llmkit, "Hi")
    terminal.wait_for("Once upon")
    terminal.interrupt()
    code, seen = terminal.end()
    never.set()
    assert code == 130
    assert "Once upon" in plain(seen)
    assert seen.rfind("\x1b[?25h") > seen.rfind("\x1b[?25l")


def test_a_terminated_program_leaves_the_cursor(llmkit: Program, server: Server) -> None:
    """Whoever ends it, the terminal is as it was."""
    never = threading.Event()
    server.replies = [stream("Once upon", never, end())]
    terminal = on(server, llmkit, "Hi")
    terminal.wait_for("Once upon")
    terminal.process.terminate()
    code, seen = terminal.end()
    never.set()
    assert code == 143
    assert seen.rfind("\x1b[?25h") > seen.rfind("\x1b[?25l")


def test_a_conversation(llmkit: Program, server: Server) -> None:
    """Question and answer in turn, what was said before goes with each; Ctrl-D ends."""
    server.replies = [stream("First.", end()), stream("Second.", end())]
    terminal = on(server, llmkit, "-i", "-s", "S")
    terminal.wait_for("> ")
    terminal.type("one\n")
    terminal.wait_for("First.")
    terminal.wait_for("> ")
    terminal.type("two\n")
    terminal.wait_for("Second.")
    terminal.wait_for("> ")
    terminal.type("\x04")
    assert terminal.end()[0] == 0
    told = [(message["role"], message["content"]) for message in server.messages()]
    assert told == [("system", "S"), ("user", "one"), ("assistant", "First."), ("user", "two")]


def test_a_conversation_may_begin_with_the_prompt(llmkit: Program, server: Server) -> None:
    """`llmkit chat -i "Hello"` asks at once; /exit ends."""
    server.replies = [stream("First.", end())]
    terminal = on(server, llmkit, "Hello", "-i")
    terminal.wait_for("First.")
    terminal.wait_for("> ")
    terminal.type("/exit\n")
    assert terminal.end()[0] == 0
    assert server.messages() == [{"role": "user", "content": "Hello"}]


def test_ctrl_c_stops_an_answer_and_keeps_what_arrived(llmkit: Program, server: Server) -> None:
    """The conversation goes on, and the model is told what it had said."""
    never = threading.Event()
    server.replies = [stream("Half an", never, end()), stream("Second.", end())]
    terminal = on(server, llmkit, "-i", "one")
    terminal.wait_for("Half an")
    terminal.interrupt()
    terminal.wait_for("(stopped)")
    terminal.wait_for("> ")
    terminal.type("two\n")
    terminal.wait_for("Second.")
    terminal.wait_for("> ")
    terminal.type("/exit\n")
    assert terminal.end()[0] == 0
    never.set()
    told = [(message["role"], message["content"]) for message in server.messages()]
    assert told == [("user", "one"), ("assistant", "Half an"), ("user", "two")]


def test_ctrl_c_at_the_prompt_drops_the_line(llmkit: Program, server: Server) -> None:
    """A second Ctrl-C after an answer has just ended does not end the conversation."""
    server.replies = [stream("First.", end())]
    terminal = on(server, llmkit, "-i")
    terminal.wait_for("> ")
    terminal.interrupt_until("/exit or Ctrl-D ends")
    terminal.wait_for("> ")
    terminal.type("one\n")
    terminal.wait_for("First.")
    terminal.wait_for("> ")
    terminal.type("/exit\n")
    assert terminal.end()[0] == 0


def test_an_error_ends_the_turn_only(llmkit: Program, server: Server) -> None:
    """It is told in one line; the question can be asked again."""
    server.replies = [stream(b"data: {\n\n"), stream("Second.", end())]
    terminal = on(server, llmkit, "-i")
    terminal.wait_for("> ")
    terminal.type("one\n")
    terminal.wait_for("error: ")
    terminal.wait_for("> ")
    terminal.type("two\n")
    terminal.wait_for("Second.")
    terminal.wait_for("> ")
    terminal.type("/exit\n")
    assert terminal.end()[0] == 0
    assert server.messages() == [{"role": "user", "content": "two"}]


def test_a_missing_key_ends_the_conversation(llmkit: Program) -> None:
    """Every turn would meet it again."""
    code, seen = llmkit.on_terminal("chat", "-i", "Hi", "-m", "openai/m").end()
    assert code == 2
    assert "OPENAI_API_KEY" in seen
