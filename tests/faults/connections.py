"""What may become of a connection: refused, cut, reset, stale."""

from __future__ import annotations

from llmkit import (
    RequestNotSentError,
    ResponseLostError,
    StreamInterruptedError,
    TimeoutError,
)
from llmkit._http import Timeout

from .outcomes import PREFIX, Answered, Failed
from .scenario import AGAIN, STREAMED, WHOLE, Scenario, Setting, fields, one
from .server import CHUNKED, END, Act, Script, answer, chunk
from .wires import WIRES

GROUP = "Connections"
LOST = Failed(ResponseLostError)
CUT = Failed(StreamInterruptedError, partial=PREFIX)
HEAD = b"HTTP/1.1 200 OK\r\n"


def right(setting: Setting) -> Script:
    """The right answer."""
    return (answer(setting.body, headers={"Content-Type": setting.content_type}),)


def begun(setting: Setting) -> bytes:
    """A stream, as far as its first words."""
    return CHUNKED + chunk(setting.wire.begun)


def _torn(setting: Setting) -> bytes:
    """A stream's first words, and a chunk that breaks off."""
    rest = setting.wire.stream[len(setting.wire.begun) :]
    return begun(setting) + b"%x\r\n" % len(rest) + rest[:7]


def _half(setting: Setting) -> bytes:
    """Half of the body that was announced."""
    half = setting.body[: len(setting.body) // 2]
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(setting.body) + half


CONNECTIONS = (
    Scenario(
        name="refused",
        group=GROUP,
        server="nobody listens",
        promise="The provider has seen nothing of the request, and the error says so.",
        plays=one(lambda _: ()),
        outcome=Failed(RequestNotSentError, says="127.0.0.1:"),
        host="refusing",
    ),
    Scenario(
        name="refused, asked again",
        group=GROUP,
        server="nobody listens",
        promise="What was not sent is tried again as often as the policy says.",
        plays=one(lambda _: ()),
        outcome=Failed(RequestNotSentError, attempts=3),
        host="refusing",
        retry=AGAIN,
    ),
    Scenario(
        name="unresolved",
        group=GROUP,
        server="its name is not known",
        promise="A name that leads nowhere is told as a request that was not sent.",
        plays=one(lambda _: ()),
        outcome=Failed(RequestNotSentError, says="no-such-host.invalid"),
        host="unresolved",
    ),
    Scenario(
        name="no room for a connection",
        group=GROUP,
        server="takes no more connections",
        promise="The time to connect has a limit of its own.",
        plays=one(lambda _: ()),
        outcome=Failed(TimeoutError, fields(limit="connect", seconds=0.2)),
        host="full",
        timeout=Timeout(connect=0.2, read=5, idle=5, total=20),
    ),
    Scenario(
        name="closed before the head",
        group=GROUP,
        server="takes the request, and closes",
        promise="An answer that never began is lost.",
        plays=one(lambda _: (Act.CLOSE,)),
        outcome=LOST,
        wires=WIRES,
    ),
    Scenario(
        name="reset before the head",
        group=GROUP,
        server="takes the request, and breaks the connection off",
        promise="An answer that never began is lost.",
        plays=one(lambda _: (Act.RESET,)),
        outcome=LOST,
    ),
    Scenario(
        name="closed within the head",
        group=GROUP,
        server="sends half of a header, and closes",
        promise="Half a head is no answer.",
        plays=one(lambda _: (HEAD + b"Content-Le", Act.CLOSE)),
        outcome=LOST,
    ),
    Scenario(
        name="closed after the head",
        group=GROUP,
        server="sends a head that promises a body, and closes",
        promise="A body that never came is a lost answer.",
        plays=one(lambda _: (HEAD + b"Content-Length: 99\r\n\r\n", Act.CLOSE)),
        outcome=LOST,
        streamed=LOST,
        wires=WIRES,
    ),
    Scenario(
        name="cut body",
        group=GROUP,
        server="sends half of the body that it announced, and closes",
        promise="Half a body is never taken for a short answer.",
        plays=one(lambda setting: (_half(setting), Act.CLOSE)),
        outcome=LOST,
        wires=WIRES,
        ways=WHOLE,
    ),
    Scenario(
        name="cut body without a length",
        group=GROUP,
        server="sends half of a body that ends with the connection, and closes",
        promise="What no framing tells, the form of the answer does.",
        plays=one(lambda setting: (HEAD + b"\r\n" + setting.wire.begun, Act.CLOSE)),
        outcome=CUT,
        wires=WIRES,
        ways=STREAMED,
    ),
    Scenario(
        name="cut between two chunks",
        group=GROUP,
        server="streams the first words, and closes",
        promise="A stream that breaks off is an error that holds what had arrived.",
        plays=one(lambda setting: (begun(setting), Act.CLOSE)),
        outcome=LOST,
        streamed=CUT,
        wires=WIRES,
    ),
    Scenario(
        name="cut chunk",
        group=GROUP,
        server="streams the first words, then closes in the middle of a chunk",
        promise="A stream that breaks off is an error that holds what had arrived.",
        plays=one(lambda setting: (_torn(setting), Act.CLOSE)),
        outcome=CUT,
        wires=WIRES,
        ways=STREAMED,
    ),
    Scenario(
        name="ended before its answer",
        group=GROUP,
        server="streams the first words, and ends the body in good order",
        promise="A good end of the body is not yet the end of an answer.",
        plays=one(lambda setting: (begun(setting) + END,)),
        outcome=CUT,
        wires=WIRES,
        ways=STREAMED,
    ),
    Scenario(
        name="reset within the body",
        group=GROUP,
        server="sends half of the body that it announced, and breaks the connection off",
        promise="Half a body is never taken for a short answer.",
        plays=one(lambda setting: (_half(setting), Act.RESET)),
        outcome=LOST,
        ways=WHOLE,
    ),
    Scenario(
        name="lost, then answered",
        group=GROUP,
        server="closes before the first head, breaks the second connection off, answers the third",
        promise="A lost answer is asked for again, like one that was not sent.",
        plays=lambda setting: [(Act.CLOSE,), (Act.RESET,), right(setting)],
        outcome=Answered(attempts=3),
        wires=WIRES,
        retry=AGAIN,
    ),
    Scenario(
        name="cut after the first chunk, with retries on",
        group=GROUP,
        server="streams the first words, and closes",
        promise="What was handed over is never asked for again: nothing is said twice.",
        plays=one(lambda setting: (begun(setting), Act.CLOSE)),
        outcome=CUT,
        wires=WIRES,
        ways=STREAMED,
        retry=AGAIN,
    ),
    Scenario(
        name="stale pooled connection",
        group=GROUP,
        server="answers each call, and closes the connection without a word",
        promise="A connection that died in the pool costs no answer.",
        plays=one(lambda setting: (*right(setting), Act.CLOSE)),
        outcome=Answered(),
        calls=4,
        wires=WIRES,
        between="closing",
    ),
    Scenario(
        name="a pooled connection that dies under the request",
        group=GROUP,
        server="answers, then takes the next request on that connection and closes it",
        promise="A lost answer is asked for again, on a new connection.",
        plays=lambda setting: [right(setting), *[(Act.CLOSE,), right(setting)] * 2],
        outcome=Answered(attempts=2),
        first=Answered(),
        calls=3,
        retry=AGAIN,
    ),
    Scenario(
        name="keep-alive, then close",
        group=GROUP,
        server="answers with `Connection: close`, and closes",
        promise="A connection that was announced to end is not used again.",
        plays=one(
            lambda setting: (answer(setting.body, headers={"Connection": "close"}), Act.CLOSE)
        ),
        outcome=Answered(),
        calls=3,
    ),
    Scenario(
        name="connections used again",
        group=GROUP,
        server="answers each call on the same connection",
        promise="The answer of one call is never that of another.",
        plays=one(right),
        outcome=Answered(),
        calls=4,
        wires=WIRES,
    ),
)
