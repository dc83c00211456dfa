"""Where aimock is not as the service that it stands for, and where a wire has no such thing.

The services themselves are held to by the recorded exchanges; this is about the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from attrs import evolve, frozen

from llmkit import BadRequestError, FinishReason

from .expected import Expected
from .questions import Case
from .scenarios import CASES
from .wires import Wire

_CHAT = ("openai-chat", "azure-classic")
_GEMINI = ("gemini", "vertex")
_BEDROCK = ("bedrock-invoke", "bedrock-converse")
_OTHERS = (
    *("openai-responses", "anthropic-messages", *_BEDROCK, *_GEMINI),
    *("cohere-v2", "ollama"),
)


@frozen(kw_only=True)
class Deviation:
    """One difference from the table of questions.

    Args:
        why: the reason.
        wires: on which wires.
        cases: globs for the names of the questions.
        but: those among them that are as they should be.
        changes: what is expected otherwise, where that can be expected at all.
        expect: what is expected instead.
    """

    why: str
    wires: tuple[str, ...]
    cases: tuple[str, ...]
    but: tuple[str, ...] = ()
    changes: Mapping[str, Any] = {}
    expect: Expected | None = None

    def applies(self, case: Case, wire: Wire) -> bool:
        """Whether it is about this question on this wire."""
        named = any(fnmatchcase(case.name, name) for name in self.cases)
        return wire.name in self.wires and named and case.name not in self.but

    def apply(self, expect: Expected) -> Expected:
        """What is to be expected instead of *expect*."""
        if self.expect is not None:
            return self.expect
        fits = all(hasattr(expect, name) for name in self.changes)
        return evolve(expect, **self.changes) if fits else expect


DEVIATIONS = (
    Deviation(
        why="a call comes whole in one event, so that there is none to cut after",
        wires=(*_GEMINI, "ollama"),
        cases=("fault-truncate-tool",),
        expect=CASES["fault-truncate-tool-whole"].expect,
    ),
    Deviation(
        why="it counts no tokens but on the wire of OpenAI's chat",
        wires=_OTHERS,
        cases=("*",),
        but=("text-override",),
        changes={"counts": (0, 0, 0)},
    ),
    Deviation(
        why="it looks for the form of an answer where OpenAI's chat has it",
        wires=tuple(name for name in _OTHERS if name != "cohere-v2"),
        cases=("json-by-format-json_*",),
        changes={"text": "no response_format seen"},
    ),
    Deviation(
        why="Cohere's word for a schema is json_object with the schema beside it",
        wires=("cohere-v2",),
        cases=("json-by-format-json_schema",),
        changes={"text": '{"matched":"json_object","name":"Ada","age":36}'},
    ),
    Deviation(
        why="calls end with a word that Gemini does not have",
        wires=_GEMINI,
        cases=("tool*", "text-then-tool", "reasoning-tool", "fault-truncate-tool*"),
        but=("tool-roundtrip-result", "tool-roundtrip-other-result", "tools-parallel-3-results"),
        changes={"word": "FUNCTION_CALL"},
    ),
    Deviation(
        why="it sends neither responseId nor modelVersion",
        wires=_GEMINI,
        cases=("*",),
        changes={"named": False, "own": None},
    ),
    Deviation(
        why="OpenAI's word for a filtered answer goes out as it is",
        wires=("anthropic-messages", *_BEDROCK),
        cases=("finish-filter",),
        changes={"word": "content_filter"},
    ),
    Deviation(
        why="OpenAI's word for a filtered answer goes out as it is, and is none of Cohere's",
        wires=("cohere-v2",),
        cases=("finish-filter",),
        changes={"word": "content_filter", "finish": FinishReason.OTHER},
    ),
    Deviation(
        why="it does not say what an incomplete answer lacks",
        wires=("openai-responses",),
        cases=("finish-length",),
        changes={"word": "incomplete"},
    ),
    Deviation(
        why="a filtered answer is one that failed, without an error",
        wires=("openai-responses",),
        cases=("finish-filter",),
        changes={"word": "failed", "finish": FinishReason.ERROR},
    ),
    Deviation(
        why="every answer ends with the same word",
        wires=("ollama",),
        cases=("finish-*",),
        changes={"word": "stop", "finish": FinishReason.STOP},
    ),
    Deviation(
        why="the answer's model, time and counts are not those of the script",
        wires=("ollama",),
        cases=("text-override",),
        changes={"own": None, "counts": (0, 0, 0)},
    ),
    Deviation(
        why="thinking without a seal gets one",
        wires=("anthropic-messages",),
        cases=("reasoning", "reasoning-tool"),
        changes={"seal": "aimock-placeholder-signature"},
    ),
    Deviation(
        why="these wires have no seals",
        wires=(*_CHAT, "cohere-v2", "ollama"),
        cases=("reasoning-*",),
        changes={"seal": None, "hidden": None},
    ),
    Deviation(
        why="it sends the seals of thinking on Anthropic's own wire alone",
        wires=("openai-responses", *_BEDROCK, *_GEMINI),
        cases=("reasoning-*",),
        changes={"seal": None, "hidden": None},
    ),
    Deviation(
        why="thinking is sent as text",
        wires=("cohere-v2",),
        cases=("reasoning", "reasoning-signed"),
        changes={"text": "First I think. Then I answer.42", "thought": None},
    ),
    Deviation(
        why="thinking is sent as text",
        wires=("cohere-v2",),
        cases=("reasoning-tool",),
        changes={"text": "I need the weather.", "thought": None},
    ),
    Deviation(
        why="these wires have no code for it, and the prose is OpenAI's",
        wires=(*_GEMINI, "cohere-v2", "ollama"),
        cases=("err-context",),
        changes={"kind": BadRequestError},
    ),
    Deviation(
        why="the errors by chance have no status of Gemini's",
        wires=_GEMINI,
        cases=("fault-drop", "fault-ratelimit"),
        changes={"type": None},
    ),
    Deviation(
        why="what is said before the text, or the call, may be all that comes",
        wires=("openai-responses", "anthropic-messages", "bedrock-converse", "cohere-v2"),
        cases=("fault-truncate-3", "fault-truncate-tool"),
        changes={"begun": None},
    ),
)
"""All of them; where several are about one question, they come one after the other."""


def expected(case: Case, wire: Wire) -> Expected:
    """What *case* comes to on *wire*, from this server."""
    expect = case.expect
    for deviation in DEVIATIONS:
        if deviation.applies(case, wire):
            expect = deviation.apply(expect)
    return expect
