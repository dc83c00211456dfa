"""Every status with every body: the class goes by the status, whatever is said beside it."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from http import HTTPStatus

from llmkit import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ContentFilterError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    RequestTooLargeError,
    ServerError,
    Timeout,
)

from .connections import right
from .forms import said
from .outcomes import KEY, Answered, Failed
from .scenario import AGAIN, ONCE, Scenario, Setting, fields
from .server import CHUNKED, END, Act, Endless, Script, answer, chunk
from .wires import CHAT, GEMINI, WIRES

GROUP = "Statuses"
BODIES = (
    "the wire's own error, another wire's, HTML, nothing, bytes that are not UTF-8, half a JSON "
    "object, JSON that is no object"
)
KINDS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: QuotaExceededError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: ServerError,
    409: ConflictError,
    413: RequestTooLargeError,
    422: BadRequestError,
    425: ServerError,
    429: RateLimitError,
    451: PermissionDeniedError,
    498: OverloadedError,
    503: OverloadedError,
    529: OverloadedError,
}
REGISTERED = tuple(status.value for status in HTTPStatus if status.value >= 400)
ODD = (
    *(419, 420, 430, 440, 444, 449, 450, 460, 463, 464, 494, 495, 496, 497, 498, 499),
    *(509, *range(520, 528), 529, 530, 540, 561, 598, 599, 600, 601, 700, 999),
)
"""Of nginx, IIS, AWS's balancers, Cloudflare, Anthropic, Groq, Cohere; and of nobody."""
STATUSES = sorted({*REGISTERED, *ODD})
RETRIED = (ConflictError, RateLimitError, ServerError, OverloadedError)


def kind_of(status: int) -> type[APIError]:
    """The class that the status alone tells."""
    return KINDS.get(status, ServerError if status >= 500 else BadRequestError)


def bodies(setting: Setting, status: int) -> Iterable[tuple[bytes, str]]:
    """Every body, with its type."""
    wire = setting.wire
    another = WIRES[(WIRES.index(wire) + 1) % len(WIRES)]
    own = said(wire.error(status))
    yield own, "application/json"
    yield said(another.error(status)), "application/json"
    yield b"<html><body><h1>Told so</h1></body></html>", "text/html"
    yield b"", "text/plain"
    yield b"\xff\xfe\x00caf\xe9\x80", "text/plain; charset=latin-1"
    yield own[: len(own) // 2], "application/json"
    yield b'["told so"]', "application/json"


def refusal(status: int, body: bytes = b"", kind: str = "application/json", **more: str) -> Script:
    """An answer of *status*."""
    headers = {"Content-Type": kind, **{k.replace("_", "-"): v for k, v in more.items()}}
    return (answer(body, status=f"{status} Told So", headers=headers),)


def _every_body(status: int) -> Scenario:
    kind = kind_of(status)
    outcome = Failed(kind, fields(status=status))
    others = {
        ("bedrock-converse", 424): ServerError,  # the model has failed
        ("cohere-v2", 498): ContentFilterError,  # a blocked token
    }
    by_wire = {
        f"-{wire}-": Failed(other, fields(status=status))
        for (wire, of), other in others.items()
        if of == status
    }
    final = not issubclass(kind, RETRIED) or issubclass(kind, QuotaExceededError)
    return Scenario(
        name=f"{status}",
        group=GROUP,
        server=f"answers {status} seven times, with each body",
        promise="The class goes by the status, whatever the body is."
        + (" It is final." if final else ""),
        plays=lambda setting: [
            refusal(status, body, type_) for body, type_ in bodies(setting, status)
        ],
        outcome=outcome,
        by_run=by_wire,
        calls=7,
        wires=WIRES,
        retry=AGAIN if final and not by_wire else ONCE,
    )


def _asked_again(status: int) -> Iterable[Scenario]:
    if kind_of(status) in RETRIED:
        yield Scenario(
            name=f"{status}, then answered",
            group="Retries",
            server=f"answers {status} twice, then the call",
            promise="What may be another in a moment is asked for again.",
            plays=lambda setting: [refusal(status), refusal(status), right(setting)],
            outcome=Answered(attempts=3),
            retry=AGAIN,
        )


def _redirect(status: int) -> Scenario:
    def plays(setting: Setting) -> list[Script]:
        where = f"http://localhost:{setting.port}/elsewhere"
        return [refusal(status, Location=where), right(setting)]

    return Scenario(
        name=f"{status} to another host",
        group="Redirects",
        server=f"answers {status} with an address",
        promise="A redirect is never followed, and takes the key nowhere.",
        plays=plays,
        outcome=Failed(APIError, fields(status=status), says="redirected to localhost"),
        wires=WIRES,
        retry=AGAIN,
    )


REDIRECTS = (
    *map(_redirect, (301, 302, 303, 307, 308)),
    Scenario(
        name="a redirect within the host",
        group="Redirects",
        server="answers 307 with another path",
        promise="A redirect is never followed, and takes the key nowhere.",
        plays=lambda setting: [refusal(307, Location="/elsewhere"), right(setting)],
        outcome=Failed(APIError, fields(status=307), says="redirected"),
        retry=AGAIN,
    ),
    Scenario(
        name="300 and 304",
        group="Redirects",
        server="answers 300 without an address, then 304",
        promise="What is no answer is an error, whatever it meant.",
        plays=lambda _: [refusal(300), (b"HTTP/1.1 304 Not Modified\r\n\r\n",)],
        outcome=Failed(APIError, fields(status=304), says="redirected"),
        first=Failed(APIError, fields(status=300), says="redirected"),
        calls=2,
    ),
)

RETRIES = (
    *(scenario for status in (408, 409, 425, 429, 500, 502, 503, 504, 520, 524, 529)
      for scenario in _asked_again(status)),
    Scenario(
        name="Retry-After",
        group="Retries",
        server="answers 429 with `Retry-After: 0`, 503 with a date that has passed, then the call",
        promise="The provider's own word on waiting comes before the policy's.",
        plays=lambda setting: [
            refusal(429, Retry_After="0"),
            refusal(503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
            right(setting),
        ],
        outcome=Answered(attempts=3),
        retry=AGAIN,
        wires=WIRES,
    ),
    Scenario(
        name="Retry-After beyond the cap",
        group="Retries",
        server="answers 429 with `Retry-After: 3600`",
        promise="A wait that nobody would sit out is not begun.",
        plays=lambda _: [refusal(429, Retry_After="3600")],
        outcome=Failed(RateLimitError, fields(status=429, retry_after=3600.0)),
        retry=AGAIN,
        wires=WIRES,
    ),
    Scenario(
        name="retry-after-ms",
        group="Retries",
        server="answers 429 with `retry-after-ms: 1`, then the call",
        promise="Milliseconds are understood, and come before seconds.",
        plays=lambda setting: [
            refusal(429, retry_after_ms="1", Retry_After="3600"), right(setting),
        ],
        outcome=Answered(attempts=2),
        retry=AGAIN,
    ),
    Scenario(
        name="Gemini's RetryInfo",
        group="Retries",
        server="answers 429 with a `retryDelay` of 0.001 s in the body, then the call",
        promise="A provider's own form of the wait is understood.",
        plays=lambda setting: [
            refusal(429, said({"error": {
                "code": 429, "status": "RESOURCE_EXHAUSTED", "message": "later", "details": [
                    {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0.001s"}
                ]}})),
            right(setting),
        ],
        outcome=Answered(attempts=2),
        wires=(GEMINI,),
        retry=AGAIN,
    ),
    Scenario(
        name="x-should-retry: false",
        group="Retries",
        server="answers 500 with `x-should-retry: false`",
        promise="A provider that asks not to be asked again is not.",
        plays=lambda _: [refusal(500, x_should_retry="false")],
        outcome=Failed(ServerError, fields(status=500, should_retry=False)),
        retry=AGAIN,
    ),
    Scenario(
        name="x-should-retry: true",
        group="Retries",
        server="answers 400 with `x-should-retry: true`, then the call",
        promise="A provider that asks to be asked again is.",
        plays=lambda setting: [refusal(400, x_should_retry="true"), right(setting)],
        outcome=Answered(attempts=2),
        retry=AGAIN,
    ),
    Scenario(
        name="exhausted quota",
        group="Retries",
        server="answers 429 with the code `insufficient_quota`",
        promise="Credit that is used up is not asked for again.",
        plays=lambda _: [refusal(429, said({"error": {
            "message": "none left", "type": "insufficient_quota", "code": "insufficient_quota",
        }}))],
        outcome=Failed(QuotaExceededError, fields(status=429, code="insufficient_quota")),
        retry=AGAIN,
    ),
    Scenario(
        name="all attempts failed",
        group="Retries",
        server="answers 503 to each request",
        promise="The last error is told, and lists every attempt.",
        plays=lambda _: [refusal(503)] * 3,
        outcome=Failed(OverloadedError, fields(status=503), attempts=3),
        retry=AGAIN,
        wires=WIRES,
    ),
)  # fmt: skip

REFUSED = Failed(BadRequestError, fields(status=400))
_TEXT = b'{"error": {"message": "told so"}}'
ERROR_BODIES = (
    Scenario(
        name="an error's body that is cut",
        group="Errors' bodies",
        server="answers 400, and closes in the middle of the body",
        promise="The status alone is an answer.",
        plays=lambda _: [
            (b"HTTP/1.1 400 No\r\nContent-Length: 99\r\n\r\n" + _TEXT[:9], Act.CLOSE)
        ],
        outcome=REFUSED,
        wires=WIRES,
    ),
    Scenario(
        name="an error's body that stalls",
        group="Errors' bodies",
        server="answers 400, and sends half of the body",
        promise="The status alone is an answer, once `read` has passed.",
        plays=lambda _: [
            (b"HTTP/1.1 400 No\r\nContent-Length: 99\r\n\r\n" + _TEXT[:9], Act.HOLD)
        ],
        outcome=REFUSED,
        timeout=Timeout(connect=5, read=0.3, idle=5, total=20),
    ),
    Scenario(
        name="an error in gzip",
        group="Errors' bodies",
        server="answers 400 with a compressed body",
        promise="An error is inflated like an answer.",
        plays=lambda _: [refusal(400, gzip.compress(_TEXT), Content_Encoding="gzip")],
        outcome=Failed(BadRequestError, fields(status=400, body=_TEXT.decode()), says="told so"),
    ),
    Scenario(
        name="an error in torn gzip",
        group="Errors' bodies",
        server="answers 400 with a compressed body that ends too early",
        promise="The status alone is an answer.",
        plays=lambda _: [refusal(400, gzip.compress(_TEXT)[:-9], Content_Encoding="gzip")],
        outcome=REFUSED,
    ),
    Scenario(
        name="an error in an unknown coding",
        group="Errors' bodies",
        server="answers 400 with a body in a coding that nobody asked for",
        promise="The status alone is an answer.",
        plays=lambda _: [refusal(400, b"\x1b\x00", Content_Encoding="br")],
        outcome=REFUSED,
    ),
    Scenario(
        name="an error's body without end",
        group="Errors' bodies",
        server="answers 400, and sends for ever",
        promise="Of an error's body no more is read than the bound; the status is an answer.",
        plays=lambda _: [(b"HTTP/1.1 400 No\r\n\r\n", Endless(b"no " * 4096))],
        outcome=Failed(BadRequestError, fields(status=400)),
    ),
    Scenario(
        name="an error's body in chunks",
        group="Errors' bodies",
        server="answers 400 with a body a byte to a chunk",
        promise="However an error's body is framed, it is read.",
        plays=lambda _: [
            (CHUNKED.replace(b"200 OK", b"400 No")
             + b"".join(chunk(bytes([byte])) for byte in _TEXT) + END,)
        ],
        outcome=Failed(BadRequestError, fields(status=400, body=_TEXT.decode()), says="told so"),
    ),
    Scenario(
        name="an error that repeats the key",
        group="Errors' bodies",
        server="answers 401, and tells the key that it was sent",
        promise="A key that a provider repeats is not repeated by the error.",
        plays=lambda _: [refusal(401, said({"error": {"message": f"wrong: {KEY}"}}))],
        outcome=Failed(AuthenticationError, fields(status=401), says="wrong: "),
        wires=(CHAT, GEMINI),
    ),
)  # fmt: skip

STATUS_SCENARIOS = (*map(_every_body, STATUSES), *ERROR_BODIES, *REDIRECTS, *RETRIES)
