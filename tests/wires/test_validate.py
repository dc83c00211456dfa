"""Each body of the matrix, held against the types of the provider's own SDK."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .features import ALWAYS, thoughts
from .speaking import SPEAKERS, Built, Speaker

VALIDATE = shlex.split(os.environ.get("LLMKIT_VALIDATE", ""))
"""A Python with the SDKs, and a file with `validate(wire, body)`, which lists what is wrong."""

SDKS = {
    "openai": "openai",
    "azure-openai": "azure",
    "azure-openai-classic": "azure",
    "openai-responses": "openai_responses",
    "azure-openai-responses": "openai_responses",
    "anthropic": "anthropic",
    "groq": "groq",
    "mistral": "mistral",
    "gemini": "gemini",
    "bedrock": "bedrock",
    "cohere": "cohere",
    "ollama-native": "ollama",
}
"""The SDK that knows each provider; the others have none, or none of their own."""


PASSED_OVER = (
    ("groq", "body: unknown key 'stream_options'"),  # in its API's reference, not in its SDK
    ("ollama", ".images["),  # its SDK's own object, which writes itself as the text it wants
)
"""What the SDK's types say that the wire does not: the SDK, and what is in an error."""

_PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from validate import validate
for line in sys.stdin:
    wire, body = json.loads(line)
    print(json.dumps(validate(wire, body)), flush=True)
"""


def bodies(speaker: Speaker) -> Iterator[tuple[str, Built]]:
    """What the matrix builds for *speaker*, but for what the caller adds himself."""
    for name, feature in {**ALWAYS, **thoughts(speaker.provider)}.items():
        if name != "extra_body":
            yield name, speaker.build(feature.said, "drop")


def _sdk(speaker: Speaker, built: Built) -> str:
    sdk = SDKS[speaker.provider]
    beta = any(name.lower() == "anthropic-beta" for name in built.http.headers)
    return "anthropic_beta" if beta else sdk


@pytest.mark.skipif(not VALIDATE, reason="LLMKIT_VALIDATE names no Python and validate.py")
@pytest.mark.parametrize(
    "speaker",
    [speaker for speaker in SPEAKERS.values() if speaker.provider in SDKS],
    ids=[name for name, speaker in SPEAKERS.items() if speaker.provider in SDKS],
)
def test_each_body_is_of_the_sdk_s_types(speaker: Speaker) -> None:
    """No key that it does not know, no wrong type, none missing, at any depth."""
    python, file = VALIDATE
    built = [*bodies(speaker)]
    lines = [json.dumps([_sdk(speaker, one), json.loads(one.http.body)]) for _, one in built]
    folder = str(Path(file).parent)
    done = subprocess.run(
        [python, "-c", _PROGRAM, folder],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = {
        name: left
        for (name, one), errors in zip(built, answers, strict=True)
        if (left := _faults(_sdk(speaker, one), errors))
    }
    assert wrong == {}


def _faults(sdk: str, errors: list[str]) -> list[str]:
    known = [told for name, told in PASSED_OVER if name == sdk]
    return [error for error in errors if not any(told in error for told in known)]
