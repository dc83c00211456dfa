"""`llmkit chat --interactive`: question and answer in turn."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from contextlib import suppress

from .. import (
    AssistantMessage,
    Client,
    ConfigurationError,
    LLMKitError,
    Message,
    UnsupportedParameterError,
    UserMessage,
)
from .asking import Screen, Settings, ask, screen_for
from .endings import AnswerError, UsageError, tell, told
from .render import asks_on_terminal, on_terminal

_PROMPT = "> "
_LEAVE = "/exit"


def converse(
    client: Client, settings: Settings, messages: Sequence[Message], first: UserMessage | None
) -> None:
    """Answer *first*, where given, and then each line of stdin, until its end or `/exit`.

    On a terminal an error ends the turn and not the conversation, unless every turn would
    meet it again; from a pipe it ends the program.

    Raises:
        LLMKitError: a question could not be answered.
    """
    history = list(messages)
    if asks_on_terminal():
        tell("/exit or Ctrl-D ends; Ctrl-C stops an answer")
        with suppress(ImportError):  # where there is none, lines are edited without history
            importlib.import_module("readline")
    question = first
    while True:
        if question is None:
            line = _next_line()
            if line is None or line.strip() == _LEAVE:
                return
            if not line.strip():
                continue
            question = UserMessage(line)
        history += _turn(client, settings, history, question)
        question = None


def _turn(
    client: Client, settings: Settings, history: Sequence[Message], question: UserMessage
) -> list[Message]:
    """The messages that one question adds: itself and its answer, or neither."""
    screen = screen_for(settings)
    try:
        response = ask(client, settings, [*history, question], screen)
    except KeyboardInterrupt:
        if not asks_on_terminal():
            raise
        tell("(stopped)")
    except (ConfigurationError, UnsupportedParameterError):
        raise
    except (LLMKitError, AnswerError) as error:
        if not asks_on_terminal():
            raise
        tell(f"error: {told(error)}")
    else:
        return [question, response.assistant_message()] if response.choices else []
    return _kept(question, screen)


def _kept(question: UserMessage, screen: Screen) -> list[Message]:
    """What the user has seen of an answer belongs to the conversation; one without does not."""
    return [question, AssistantMessage(screen.text)] if screen.text else []


def _next_line() -> str | None:
    """The next line of stdin, or None at its end."""
    while True:
        try:
            return _read_line()
        except EOFError:
            if asks_on_terminal():
                tell("")
            return None
        except UnicodeDecodeError:
            if not asks_on_terminal():
                raise UsageError("stdin is not text in UTF-8") from None
            tell("error: that line is not text in UTF-8")
        except KeyboardInterrupt:
            if not asks_on_terminal():
                raise
            tell("")
            tell("(/exit or Ctrl-D ends)")


def _read_line() -> str:
    if asks_on_terminal() and on_terminal():
        return input(_PROMPT)
    if asks_on_terminal():
        # stdout holds answers only, so that it can be kept in a file.
        sys.stderr.write(_PROMPT)
        sys.stderr.flush()
    line = sys.stdin.readline() if sys.stdin is not None else ""
    if not line:
        raise EOFError
    return line.rstrip("\r\n")
