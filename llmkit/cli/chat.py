"""`llmkit chat`: ask a model."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from .. import SystemMessage, UserMessage
from .asking import Settings, ask, screen_for
from .choice import client_for
from .conversation import converse
from .endings import UsageError, ending
from .inputs import piped_text, schema_from, user_message


class Policy(StrEnum):
    """What to do with an option that the model cannot take."""

    ERROR = "error"
    WARN = "warn"
    DROP = "drop"


_Prompt: TypeAlias = Annotated[
    str, typer.Argument(metavar="PROMPT", help="The question; stdin is added to it.")
]
_Model: TypeAlias = Annotated[
    str | None, typer.Option("--model", "-m", help="Which model, as PROVIDER/MODEL.")
]
_System: TypeAlias = Annotated[
    str | None, typer.Option("--system", "-s", help="Instructions for the model.")
]
_Schema: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A JSON Schema that the answer must fit.")
]
_Image: TypeAlias = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="An image to send; may be repeated.")
]
_File: TypeAlias = Annotated[
    list[Path] | None, typer.Option(metavar="FILE", help="A document to send; may be repeated.")
]
_Json: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print the whole response as JSON, and nothing else.")
]
_Temperature: TypeAlias = Annotated[
    float | None, typer.Option(help="How freely the model chooses, from 0.")
]
_MaxTokens: TypeAlias = Annotated[int | None, typer.Option(help="The longest answer, in tokens.")]
_Timeout: TypeAlias = Annotated[
    float | None, typer.Option(help="The longest that the whole call may take, in seconds.")
]
_NoStream: TypeAlias = Annotated[
    bool, typer.Option("--no-stream", help="Wait for the whole answer.")
]
_Interactive: TypeAlias = Annotated[
    bool, typer.Option("--interactive", "-i", help="Hold a conversation.")
]
_Verbose: TypeAlias = Annotated[
    bool, typer.Option("--verbose", "-v", help="Tokens, time and cost on stderr at the end.")
]
_BaseUrl: TypeAlias = Annotated[
    str | None, typer.Option(metavar="URL", help="The provider's address, instead of its own.")
]
_Provider: TypeAlias = Annotated[
    str | None, typer.Option(metavar="NAME", help="Whose a model without a provider's name is.")
]
_Unsupported: TypeAlias = Annotated[
    Policy | None, typer.Option(help="What to do with an option that the model cannot take.")
]


def chat(
    prompt: _Prompt = "",
    model: _Model = None,
    system: _System = None,
    json_schema: _Schema = None,
    image: _Image = None,
    file: _File = None,
    as_json: _Json = False,
    temperature: _Temperature = None,
    max_tokens: _MaxTokens = None,
    timeout: _Timeout = None,
    no_stream: _NoStream = False,
    interactive: _Interactive = False,
    verbose: _Verbose = False,
    base_url: _BaseUrl = None,
    provider: _Provider = None,
    unsupported: _Unsupported = None,
) -> None:
    """Ask a model, and show its answer as it comes."""
    with ending():
        if as_json and interactive:
            raise UsageError("--json and --interactive do not go together")
        question = _question(prompt, image or (), file or (), interactive=interactive)
        settings = Settings(
            schema=schema_from(json_schema) if json_schema is not None else None,
            temperature=temperature,
            max_tokens=max_tokens,
            timeout=timeout,
            unsupported=unsupported.value if unsupported is not None else None,
            stream=not no_stream,
            as_json=as_json,
            verbose=verbose,
        )
        with client_for(model, provider=provider, base_url=base_url) as client:
            messages = [SystemMessage(system)] if system is not None else []
            if interactive:
                converse(client, settings, messages, question)
            elif question is not None:
                ask(client, settings, [*messages, question], screen_for(settings))


def _question(
    prompt: str, images: Sequence[Path], files: Sequence[Path], *, interactive: bool
) -> UserMessage | None:
    """What is asked first; in a conversation stdin holds the questions after it."""
    piped = "" if interactive else piped_text()
    question = user_message(prompt, piped, images, files)
    if question is None and not interactive:
        raise UsageError("there is no prompt: give one, or pipe one in, or use --interactive")
    return question
