"""What is slow, and what is silent: each within its limit."""

from __future__ import annotations

from llmkit import TimeoutError
from llmkit._http import Timeout

from .connections import begun, right
from .outcomes import PREFIX, Answered, Failed
from .scenario import AGAIN, STREAMED, WHOLE, Scenario, fields, one
from .server import CHUNKED, Act, Drip
from .wires import WIRES

GROUP = "Limits"
SHORT = 0.2
READ = Timeout(connect=5, read=SHORT, idle=5, total=20)
IDLE = Timeout(connect=5, read=5, idle=SHORT, total=20)
TOTAL = Timeout(connect=5, read=5, idle=5, total=0.3)
HEAD = b"HTTP/1.1 200 OK\r\n"
LATE = Failed(TimeoutError, fields(limit="total", seconds=0.3))

LIMITS = (
    Scenario(
        name="slow head",
        group=GROUP,
        server="takes the request, and says nothing",
        promise="The longest silence before an answer is `read`.",
        plays=one(lambda _: (Act.HOLD,)),
        outcome=Failed(TimeoutError, fields(limit="read", seconds=SHORT)),
        timeout=READ,
    ),
    Scenario(
        name="slow head, asked again",
        group=GROUP,
        server="takes the first request and says nothing, and answers the second",
        promise="A passed `read` is a lost answer, and asked for again.",
        plays=lambda setting: [(Act.HOLD,), right(setting)],
        outcome=Answered(attempts=2),
        timeout=Timeout(connect=5, read=0.5, idle=5, total=20),
        retry=AGAIN,
    ),
    Scenario(
        name="silence within a body",
        group=GROUP,
        server="sends half of the body, and no more",
        promise="`read` is the longest silence within a whole answer, too.",
        plays=one(lambda _: (HEAD + b"Content-Length: 99\r\n\r\n{", Act.HOLD)),
        outcome=Failed(TimeoutError, fields(limit="read", seconds=SHORT)),
        timeout=READ,
        ways=WHOLE,
    ),
    Scenario(
        name="silence before the first event",
        group=GROUP,
        server="sends the head of a stream, and nothing in it",
        promise="Until the first chunk, a stream's silence is bounded by `read`.",
        plays=one(lambda _: (CHUNKED, Act.HOLD)),
        outcome=Failed(TimeoutError, fields(limit="read", seconds=SHORT)),
        timeout=READ,
        ways=STREAMED,
    ),
    Scenario(
        name="silence within a stream",
        group=GROUP,
        server="streams the first words, and no more",
        promise="Between two chunks it is `idle`, and what had arrived is kept.",
        plays=one(lambda setting: (begun(setting), Act.HOLD)),
        outcome=Failed(TimeoutError, fields(limit="idle", seconds=SHORT), partial=PREFIX),
        timeout=IDLE,
        wires=WIRES,
        ways=STREAMED,
    ),
    Scenario(
        name="dripping head",
        group=GROUP,
        server="sends a header without end, a byte at a time",
        promise="`total` ends a call whose every byte comes in time.",
        plays=one(lambda _: (HEAD + b"X-A: ", Drip(b"a", 0.03))),
        outcome=LATE,
        timeout=TOTAL,
    ),
    Scenario(
        name="dripping chunk size",
        group=GROUP,
        server="sends the size of a chunk without end, a byte at a time",
        promise="`total` ends a call whose every byte comes in time.",
        plays=one(lambda _: (CHUNKED, Drip(b"0", 0.03))),
        outcome=LATE,
        timeout=TOTAL,
    ),
    Scenario(
        name="dripping body",
        group=GROUP,
        server="sends a long body, a byte at a time",
        promise="`total` ends a call whose every byte comes in time.",
        plays=one(lambda _: (HEAD + b"Content-Length: 9999\r\n\r\n", Drip(b" ", 0.03))),
        outcome=LATE,
        timeout=TOTAL,
    ),
    Scenario(
        name="dripping pings",
        group=GROUP,
        server="streams the first words, then comments without end",
        promise="`total` bounds the reading of a stream, and what had arrived is kept.",
        plays=one(lambda setting: (begun(setting), Drip(b"3\r\n:\n\n\r\n", 0.03))),
        outcome=Failed(TimeoutError, fields(limit="total", seconds=0.6), partial=PREFIX),
        timeout=Timeout(connect=5, read=5, idle=5, total=0.6),
        ways=STREAMED,
    ),
    Scenario(
        name="total over all attempts",
        group=GROUP,
        server="takes each request, and says nothing",
        promise="`total` bounds attempts and waits together, and is never tried again.",
        plays=one(lambda _: (Act.HOLD,)),
        outcome=Failed(TimeoutError, fields(limit="total", seconds=0.55), attempts=2),
        timeout=Timeout(connect=5, read=0.3, idle=5, total=0.55),
        retry=AGAIN,
    ),
)
