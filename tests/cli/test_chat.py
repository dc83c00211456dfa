"""`llmkit chat` through pipes."""

from __future__ import annotations

import base64
import json
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from llmkit import ChatCompletionResponse

from .program import Program, command, environment
from .server import Reply, Server, answer, end, event, refusal, stream

KEY = "sk-do-not-print-me-0123456789"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


def at(server: Server, *more: str) -> list[str]:
    """The options that send a question to the test's own server, which wants no key."""
    return ["-m", "llamacpp/m", "--base-url", server.base_url, *more]


def test_the_first_command_answers_on_a_fresh_machine(llmkit: Program) -> None:
    """Without model, key and network there is an answer, and stderr says who gave it."""
    done = llmkit("chat", "Hello")
    assert done.code == 0
    assert done.out.strip()
    assert "echo/demo" in done.err


def test_an_address_is_the_models_own(llmkit: Program, server: Server) -> None:
    """`--base-url` is for whom the model's name says, whatever provider llmkit.toml prefers;
    one that is for another by `--provider` would be of no effect, and is a mistake."""
    (llmkit.folder / "llmkit.toml").write_text('[client]\nprovider = "openai"\n')
    server.replies = [answer("Hi")]
    assert llmkit("chat", "Hi", "--no-stream", *at(server)).out == b"Hi\n"
    slashes = ["-m", "who/knows", "--provider", "llamacpp", "--base-url", server.base_url]
    assert llmkit("chat", "Hi", "--no-stream", *slashes).out == b"Hi\n"
    assert [asked["model"] for asked in server.asked] == ["m", "who/knows"]
    done = llmkit("chat", "Hi", *at(server), "--provider", "groq")
    assert done.code == 2
    assert "--base-url is for groq, and the model is of llamacpp" in done.error
    assert len(server.asked) == 2


@pytest.mark.parametrize("how", ["--stream", "--no-stream"])
def test_a_pipe_gets_the_answers_bytes_and_a_newline(
    llmkit: Program, server: Server, how: str
) -> None:
    """Markdown, control characters and all: nothing is rendered, added or lost."""
    text = "# Grüße\n\n**fett** \x1b[31m🙂\r\n"
    server.replies = [answer(text)]
    if how == "--stream":
        server.replies = [stream(*text, end())]
    done = llmkit("chat", "Hi", *at(server), *(["--no-stream"] if how == "--no-stream" else []))
    assert (done.code, done.out, done.err) == (0, text.encode() + b"\n", "")
    assert bool(server.asked[0].get("stream")) is (how == "--stream")


def test_each_piece_is_there_at_once(llmkit: Program, server: Server) -> None:
    """A reader at the other end of the pipe sees a chunk while the next is not yet made."""
    more = threading.Event()
    server.replies = [stream("one ", more, "two", end())]
    with llmkit.start("chat", "Hi", *at(server)) as process:
        assert process.stdout is not None
        assert process.stdout.read(4) == b"one "
        more.set()
        assert process.stdout.read() == b"two\n"


def test_prompt_and_stdin_are_joined_by_a_blank_line(llmkit: Program, server: Server) -> None:
    """`llmkit chat "Summarise:" < file`, without the newline at the file's end."""
    server.replies = [stream("ok", end())]
    llmkit("chat", "Summarise:", *at(server), stdin="Zeile 1\nZeile 2ß\n".encode())
    assert server.messages() == [{"role": "user", "content": "Summarise:\n\nZeile 1\nZeile 2ß"}]


def test_stdin_alone_is_the_prompt(llmkit: Program, server: Server) -> None:
    """`echo Hello | llmkit chat`."""
    server.replies = [stream("ok", end())]
    assert llmkit("chat", *at(server), stdin=b"Hello\n").code == 0
    assert server.messages() == [{"role": "user", "content": "Hello"}]


def test_the_options_reach_the_provider(llmkit: Program, server: Server) -> None:
    """System message, temperature and limit are in the request."""
    server.replies = [stream("ok", end())]
    options = ["-s", "Be brief.", "--temperature", "0.5", "--max-tokens", "9", "--timeout", "20"]
    assert llmkit("chat", "Hi", *at(server, *options)).code == 0
    assert server.messages()[0] == {"role": "system", "content": "Be brief."}
    body = server.asked[0]
    assert body["temperature"] == 0.5
    assert 9 in (body.get("max_tokens"), body.get("max_completion_tokens"))


def test_images_and_files_are_sent(llmkit: Program, server: Server) -> None:
    """In the order given, after the prompt."""
    (llmkit.folder / "a.png").write_bytes(PNG)
    (llmkit.folder / "b.png").write_bytes(PNG)
    (llmkit.folder / "c.pdf").write_bytes(b"%PDF-1.4\n")
    server.replies = [stream("ok", end())]
    paths = ["--image", "a.png", "--image", "b.png", "--file", "c.pdf"]
    done = llmkit(
        *("chat", "What?", "-m", "openai/m", "--base-url", server.base_url, *paths),
        env={"OPENAI_API_KEY": KEY},
    )
    assert done.code == 0, done.err
    content = server.messages()[0]["content"]
    assert isinstance(content, list)
    assert [part["type"] for part in content] == ["text", "image_url", "image_url", "file"]
    assert base64.b64encode(PNG).decode() in content[1]["image_url"]["url"]


def test_json_is_the_whole_response_and_nothing_else(llmkit: Program, server: Server) -> None:
    """stdout can be read back as the response that the library gave."""
    server.replies = [answer("Grüße")]
    done = llmkit("chat", "Hi", "--json", "-v", *at(server))
    response = ChatCompletionResponse.from_dict(json.loads(done.out))
    assert (done.code, response.content, response.provider) == (0, "Grüße", "llamacpp")
    assert response.usage.total_tokens == 12


def test_json_of_half_a_character_is_still_json(llmkit: Program, server: Server) -> None:
    """Half a surrogate pair has no UTF-8: the replacement character stands in its place."""
    server.replies = [answer("x", note="x\ud83d")]
    done = llmkit("chat", "Hi", "--json", *at(server))
    assert done.code == 0, done.err
    raw = json.loads(done.out)["raw"]
    assert raw["choices"][0]["message"]["note"] == "x\ufffd"


def test_verbose_tells_the_figures_on_stderr(llmkit: Program, server: Server) -> None:
    """Tokens, latency, first chunk, cost, model and attempts; stdout stays the answer."""
    server.replies = [stream("ok", end())]
    done = llmkit("chat", "Hi", "-v", *at(server))
    assert done.out == b"ok\n"
    for told in (
        *("model: llamacpp/m", "tokens: 7 prompt + 5 completion = 12", "latency: "),
        *("first chunk after ", "cost: price not known", "attempts: 1"),
    ):
        assert told in done.err


def test_verbose_tells_of_each_attempt(llmkit: Program, server: Server) -> None:
    """A failed attempt before the answer is no secret."""
    server.replies = [refusal(503, "overloaded", "come back later"), stream("ok", end())]
    done = llmkit("chat", "Hi", "-v", *at(server))
    assert (done.code, done.out) == (0, b"ok\n")
    assert "attempts: 2" in done.err
    assert "come back later" in done.err


def test_reasoning_is_not_in_the_answer(llmkit: Program, server: Server) -> None:
    """Thinking is for a person at a terminal, not for a program behind a pipe."""
    server.replies = [stream(event({"reasoning_content": "hmm"}), "ok", end())]
    done = llmkit("chat", "Hi", *at(server))
    assert (done.out, done.err) == (b"ok\n", "")


def test_an_answer_cut_off_is_noted(llmkit: Program, server: Server) -> None:
    """It is an answer, so the code is 0; that it is not whole is said."""
    server.replies = [stream("o", end("length"))]
    done = llmkit("chat", "Hi", *at(server))
    assert (done.code, done.out) == (0, b"o\n")
    assert done.err.startswith("note: the answer is cut off")


def test_an_answer_that_fits_its_schema(llmkit: Program, server: Server) -> None:
    """The schema is sent, and the answer printed as it came."""
    (llmkit.folder / "city.json").write_text(json.dumps(SCHEMA))
    server.replies = [stream('{"city": ', '"Paris"}', end())]
    done = llmkit("chat", "Where?", "--json-schema", "city.json", *at(server))
    assert (done.code, done.out) == (0, b'{"city": "Paris"}\n')
    assert "city" in json.dumps(server.asked[0]["response_format"])


@pytest.mark.parametrize("text", ['{"city": 7}', '{"town": "Paris"}', "Paris"])
def test_an_answer_that_does_not_fit_its_schema(llmkit: Program, server: Server, text: str) -> None:
    """It is printed, and the code is 1: a script must not take it for what it asked for."""
    (llmkit.folder / "city.json").write_text(json.dumps(SCHEMA))
    server.replies = [stream(text, end())]
    done = llmkit("chat", "Where?", "--json-schema", "city.json", *at(server))
    assert (done.code, done.out) == (1, text.encode() + b"\n")
    assert done.error


def test_echo_answers_in_the_schemas_form(llmkit: Program) -> None:
    """The demo keeps to a schema as a real provider does."""
    (llmkit.folder / "city.json").write_text(json.dumps(SCHEMA))
    done = llmkit("chat", "Where?", "-m", "echo/demo", "--json-schema", "city.json")
    assert done.code == 0, done.err
    assert isinstance(json.loads(done.out)["city"], str)


def test_a_refusal_is_an_error(llmkit: Program, server: Server) -> None:
    """The model has not answered: nothing on stdout that a script could take for an answer."""
    server.replies = [stream(event({"refusal": "I must not."}), end())]
    done = llmkit("chat", "Hi", *at(server))
    assert (done.code, done.out.strip()) == (1, b"")
    assert "I must not." in done.error


def test_a_providers_error_is_one_line(llmkit: Program, server: Server) -> None:
    """Code 1, and the key that the provider repeats is not in it."""
    server.replies = [refusal(401, "invalid_api_key", f"Incorrect\nAPI key: {KEY}")]
    done = llmkit(
        *("chat", "Hi", "-m", "openai/m", "--base-url", server.base_url, "-v"),
        env={"OPENAI_API_KEY": KEY},
    )
    assert (done.code, done.out) == (1, b"")
    assert "401" in done.error
    assert server.keys == [f"Bearer {KEY}"]
    assert KEY not in done.err


def test_nobody_there_is_an_error(llmkit: Program) -> None:
    """Code 1 and one line for the network, as for a provider."""
    done = llmkit("chat", "Hi", "-m", "llamacpp/m", "--base-url", "http://127.0.0.1:9/v1")
    assert (done.code, done.out) == (1, b"")
    assert done.error


def test_what_had_arrived_of_a_broken_stream_stays(llmkit: Program, server: Server) -> None:
    """It is printed, with its newline, before the error."""
    server.replies = [stream("Once upon ", "a time")]
    done = llmkit("chat", "Hi", *at(server))
    assert (done.code, done.out) == (1, b"Once upon a time\n")
    assert done.error


def test_a_timeout_is_an_error(llmkit: Program, server: Server) -> None:
    """`--timeout` is the deadline of the whole call."""
    never = threading.Event()
    server.replies = [stream("One ", never, end())]
    done = llmkit("chat", "Hi", *at(server, "--timeout", "1"))
    never.set()
    assert (done.code, done.out) == (1, b"One \n")
    assert done.error


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["Hi", "-m", "openai/m"], "OPENAI_API_KEY"),
        (["Hi", "-m", "echo/demo", "--temperature", "7"], "temperature"),
        (["Hi", "-m", "echo/demo", "--max-tokens", "0"], "max_tokens"),
        (["Hi", "-m", "echo/demo", "--timeout", "-1"], "timeout"),
        (["Hi", "-m", "echo/demo", "--image", "none.png"], "none.png"),
        (["Hi", "-m", "echo/demo", "--image", "."], "cannot read"),
        (["Hi", "-m", "echo/demo", "--file", "none.pdf"], "none.pdf"),
        (["Hi", "-m", "echo/demo", "--json-schema", "none.json"], "none.json"),
        (["Hi", "-m", "echo/demo", "--json-schema", "text.json"], "not JSON"),
        (["Hi", "-m", "echo/demo", "--json-schema", "list.json"], "no object"),
        (["Hi", "-m", "echo/demo", "--json", "-i"], "--json"),
        (["Hi", "-m", "echo/demo", "--base-url", "nonsense"], "base_url"),
        (["Hi", "--provider", "openai"], "--model"),
        (["Hi", "-m", "x", "--provider", "opnai"], "opnai"),
        (["-m", "echo/demo"], "no prompt"),
        (["   ", "-m", "echo/demo"], "no prompt"),
    ],
)
def test_a_wrong_call_is_code_2(llmkit: Program, args: list[str], told: str) -> None:
    """One line says what is wrong with it, and nothing is sent."""
    (llmkit.folder / "text.json").write_text("type: object")
    (llmkit.folder / "list.json").write_text("[]")
    done = llmkit("chat", *args)
    assert (done.code, done.out) == (2, b"")
    assert told in done.error


@pytest.mark.parametrize("args", [["--nonsense"], ["Hi", "--temperature", "warm"], ["a", "b"]])
def test_an_unknown_option_is_code_2(llmkit: Program, args: list[str]) -> None:
    """The command's own usage errors have the same code, and no traceback."""
    done = llmkit("chat", *args)
    assert (done.code, done.out) == (2, b"")
    assert "Traceback" not in done.err


def test_stdin_that_is_no_text(llmkit: Program) -> None:
    """Bytes are refused with a hint, not sent as something else."""
    done = llmkit("chat", "Hi", "-m", "echo/demo", stdin=b"\xff\xfe")
    assert done.code == 2
    assert "UTF-8" in done.error


def test_the_model_of_the_environment(llmkit: Program, server: Server) -> None:
    """LLMKIT_MODEL stands in for -m."""
    server.replies = [stream("ok", end())]
    done = llmkit(
        "chat", "Hi", "--base-url", server.base_url, env={"LLMKIT_MODEL": "llamacpp/tiny"}
    )
    assert (done.code, done.out, done.err) == (0, b"ok\n", "")
    assert server.asked[0]["model"] == "tiny"


def test_a_key_without_a_model_asks_for_the_model(llmkit: Program) -> None:
    """A user with a key does not want the demo; which model to pay for is theirs to say."""
    done = llmkit("chat", "Hi", env={"GROQ_API_KEY": KEY})
    assert (done.code, done.out) == (2, b"")
    assert "groq" in done.error
    assert "--model" in done.error


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_is_130(llmkit: Program, server: Server) -> None:
    """What had arrived stays printed, and there is no traceback."""
    never = threading.Event()
    server.replies = [stream("One ", never, end())]
    with llmkit.start("chat", "Hi", *at(server)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(4) == b"One "
        process.send_signal(signal.SIGINT)
        assert (process.stdout.read(), process.stderr.read()) == (b"\n", b"")
        assert process.wait(20) == 130
    never.set()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_closed_pipe_is_silent(llmkit: Program, server: Server) -> None:
    """`llmkit chat … | head -1` says nothing about the pipe."""
    more = threading.Event()
    server.replies = [stream("One\n", more, *["two\n"] * 50, end())]
    with llmkit.start("chat", "Hi", *at(server)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(4) == b"One\n"
        process.stdout.close()
        more.set()
        assert process.stderr.read() == b""
        assert process.wait(20) == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_one_line(llmkit: Program) -> None:
    """An answer that cannot be written is an error, and told as one."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command("chat", "Hi", "-m", "echo/demo"),
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=llmkit.folder,
            env=environment(),
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: No space left")
    assert done.stderr.count(b"\n") == 1


def test_what_is_unsupported_is_code_2(llmkit: Program, server: Server) -> None:
    """A document that the provider cannot take is not left out in silence."""
    (llmkit.folder / "c.pdf").write_bytes(b"%PDF-1.4\n")
    args = ["chat", "Hi", "-m", "groq/m", "--file", "c.pdf", "--base-url", server.base_url]
    done = llmkit(*args, env={"GROQ_API_KEY": KEY})
    assert (done.code, done.out) == (2, b"")
    assert "groq" in done.error
    assert server.asked == []


@pytest.mark.parametrize(("policy", "told"), [("drop", "dropped: "), ("warn", "warning: groq: ")])
def test_what_is_unsupported_can_be_dropped(
    llmkit: Program, server: Server, policy: str, told: str
) -> None:
    """`drop` sends without it, which -v lists; `warn` says so in any case."""
    (llmkit.folder / "c.pdf").write_bytes(b"%PDF-1.4\n")
    server.replies = [stream("ok", end())]
    args = ["chat", "Hi", "-m", "groq/m", "--file", "c.pdf", "--base-url", server.base_url]
    more = ["--unsupported", policy, *(["-v"] if policy == "drop" else [])]
    done = llmkit(*args, *more, env={"GROQ_API_KEY": KEY})
    assert (done.code, done.out) == (0, b"ok\n")
    assert told in done.err
    assert ".py" not in done.err


def test_the_users_file_counts(llmkit: Program, server: Server) -> None:
    """Model and providers of llmkit.toml are the command's too."""
    (llmkit.folder / "llmkit.toml").write_text(
        '[client]\nmodel = "office/m"\n\n[[providers]]\nname = "office"\n'
        f'wire = "openai-chat"\nbase_url = "{server.base_url}"\napi_key_env = "OFFICE_KEY"\n'
    )
    server.replies = [stream("ok", end())]
    done = llmkit("chat", "Hi", env={"OFFICE_KEY": KEY})
    assert (done.code, done.out, done.err) == (0, b"ok\n", "")
    assert server.keys == [f"Bearer {KEY}"]


@pytest.mark.skipif(sys.platform == "win32", reason="the shell's way to close a stream")
@pytest.mark.parametrize(
    ("redirection", "code"), [("<&-", 0), (">&-", 2), ("2>&-", 0), ("-i <&-", 0)]
)
def test_a_closed_stream(llmkit: Program, redirection: str, code: int) -> None:
    """Without stdin there is the prompt alone, without stdout nowhere to answer to."""
    line = f"{shlex.join(command('chat', 'Hi', '-m', 'echo/demo'))} {redirection}"
    done = subprocess.run(
        ["sh", "-c", line], capture_output=True, cwd=llmkit.folder, env=environment(), check=False
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert b"unexpected" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("how", ["--stream", "--no-stream"])
def test_ctrl_c_while_waiting(llmkit: Program, server: Server, how: str) -> None:
    """A provider that does not answer does not hold the user."""
    never = threading.Event()
    server.replies = [Reply([never], content_type="text/event-stream")]
    options = ["--no-stream"] if how == "--no-stream" else []
    with llmkit.start("chat", "Hi", *at(server, *options)) as process:
        server.wait_asked()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20) == (b"", b"")
        assert process.returncode == 130
    never.set()


def test_a_conversation_from_a_pipe(llmkit: Program, server: Server) -> None:
    """Each line is a question; what was said before goes with it."""
    server.replies = [stream("A", end()), stream("B", end())]
    done = llmkit("chat", "-i", "-s", "S", *at(server), stdin=b"one\n\ntwo\n/exit\nthree\n")
    assert (done.code, done.out, done.err) == (0, b"A\nB\n", "")
    told = [(message["role"], message["content"]) for message in server.messages()]
    assert told == [("system", "S"), ("user", "one"), ("assistant", "A"), ("user", "two")]
