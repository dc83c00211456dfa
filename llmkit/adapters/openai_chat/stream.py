"""A streamed answer in the form of OpenAI's chat completions, understood as it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..._http import Headers, HttpResponse
from ..._json import as_text, loads, mended, strict_loads
from ..._models.chunks import ChunkChoice, CompletionChunk, Heading
from ..._models.parts import Citation
from ..._models.response import ChatCompletionResponse
from ..._models.usage import NO_USAGE, Usage
from ...errors import DecodeError, LLMKitError
from ..event_decoder import MOST_MISSES, EventDecoder
from ..sse import Event
from . import usual
from .answer import citations, number
from .answer import usage as usage_of
from .delta import ChoiceState
from .error import error_in, error_told

if TYPE_CHECKING:
    from . import OpenAIChat

_HEADERS = Headers()

_PIECES = ("content", "reasoning_content", "reasoning", "refusal", "tool_calls", "function_call")
"""What of a delta goes on in the next: half a character there may find its other half."""


class ChatDecoder(EventDecoder):
    """Bytes of one streamed answer in, chunks out; see `StreamDecoder`."""

    def __init__(self, wire: OpenAIChat) -> None:
        super().__init__()
        self._wire = wire
        self._heading: Heading = ("", "", None)
        self._usage: Usage = NO_USAGE
        self._choices: dict[int, ChoiceState] = {}
        self._citations: tuple[Citation, ...] = ()
        self._torn = False
        self._headed = False
        self._misses = 0  # events in a row that were not of the usual form
        self._read_usual: Callable[[bytes], usual.Usual] = usual.read_headed

    @property
    def finished(self) -> bool:
        """Whether the answer's real end is there."""
        states = self._choices.values()
        return self.done or (bool(states) and all(state.finish is not None for state in states))

    def _run(self, name: str, texts: list[bytes], chunks: list[CompletionChunk]) -> None:
        """Add the chunks of events that are called *name* to *chunks*."""
        left = iter(texts)
        while not self.done:
            before = len(chunks)
            text = self._go_on(name, left, chunks)
            if len(chunks) > before:
                self._misses = 0
            if text is None:
                break
            self._misses += 1
            chunks += self._event(Event(name, text))

    def _go_on(
        self, name: str, texts: Iterator[bytes], chunks: list[CompletionChunk]
    ) -> bytes | None:
        """Add the chunks of *texts* up to the first that is not of the usual form, and return it.

        Nearly all are: a choice says a bit more, and nothing else. The first, as a rule, names
        the role; to read it as any other was 5 of the 54 µs until there is a chunk.
        """
        if self._torn or name == "error" or self._misses > MOST_MISSES:
            return next(texts, None)
        states = self._choices
        for text in texts:
            try:
                event = self._read_usual(text)
                item = event.choices[0]
                state = states[item.index]
            except KeyError:
                if item.index < 0:
                    return text
                state = states[item.index] = ChoiceState(item.index, self._wire)
            except usual.REFUSALS:
                return text
            if not self._headed and isinstance(event, usual.Headed):
                self._head(event.id, event.model, event.created)
            if item.content_filter_results:
                state.filtered(item.content_filter_results)
            chunk = state.going_on(item.delta, self._heading)
            if chunk is not None:
                chunks.append(chunk)
            elif _says(item.delta):
                return text
        return None

    def _event(self, event: Event) -> Iterable[CompletionChunk]:
        """The chunks that *event*, of whatever form, makes."""
        if event.data == b"[DONE]":  # 1 µs less than where nothing can load it
            return self._closing()
        try:
            data = strict_loads(event.data)
        except ValueError:
            said = event.data.strip()
            if not said:
                return ()
            if said == b"[DONE]":
                return self._closing()
            data = self._loads(event)
        chunk = self._chunk(data, event)
        return () if chunk is None else (chunk,)

    def _closing(self) -> Iterable[CompletionChunk]:
        """The last chunk."""
        self.done = True
        return (self._last(),)

    def _parsed(self, response: HttpResponse) -> ChatCompletionResponse[object]:
        """The answer in *response*, which was not streamed."""
        from .parse import parse  # both sides of the wire may answer in the other's way

        return parse(self._wire, response)

    def _head(self, answer_id: object, model: object, created: object) -> None:
        known_id, known_model, known_created = self._heading
        self._heading = heading = (
            known_id or as_text(answer_id or ""),
            known_model or as_text(model or ""),
            known_created or number(created),
        )
        if all(heading):
            self._headed, self._read_usual = True, usual.read

    def _chunk(self, data: object, event: Event) -> CompletionChunk | None:
        if not isinstance(data, dict):
            told = "an event of the stream is no JSON object"
            raise _plain_error(event) or DecodeError(told, body=event.data)
        self._check(data, event)
        if not self._headed:
            self._head(data.get("id"), data.get("model"), data.get("created"))
        if data.get("usage"):
            self._usage = usage_of(self._wire, data["usage"])
        choices: list[ChunkChoice] = []
        given = data.get("choices")
        for position, item in enumerate(given if isinstance(given, list) else ()):
            if isinstance(item, dict):
                made = self._state(item, position).choice(item, self._heading[0], torn=self._torn)
                if made is not None:
                    choices.append(made)
        if "x_groq" in data or "citations" in data or "search_results" in data:
            self._beside(data)
        if not choices:
            return None
        return CompletionChunk(tuple(choices), *self._heading)

    def _check(self, data: dict[str, Any], event: Event) -> None:
        """Raise the error that *event* tells, if it does."""
        if data.get("error") or event.name == "error":
            raise error_told(data, HttpResponse(200, _HEADERS, event.data))
        if "base_resp" in data or data.get("object") == "error":
            failure = error_in(data, HttpResponse(200, _HEADERS, event.data))
            if failure is not None:
                raise failure

    def _loads(self, event: Event) -> object:
        # Servers that cut text by UTF-16 units send half characters; the choices mend them.
        self._torn = True
        try:
            return _joinable(loads(event.data, halves=True))
        except ValueError:
            return None

    def _state(self, item: dict[str, Any], position: int) -> ChoiceState:
        index = item.get("index")
        if type(index) is not int or index < 0:
            index = position
        state = self._choices.get(index)
        if state is None:
            state = self._choices[index] = ChoiceState(index, self._wire)
        if item.get("finish_reason"):
            state.finish = as_text(item["finish_reason"])
        if item.get("usage"):  # Moonshot
            self._usage = usage_of(self._wire, item["usage"])
        return state

    def _beside(self, data: dict[str, Any]) -> None:
        """What some put beside the choices: Groq its usage, Perplexity its sources."""
        groq = data.get("x_groq")
        if isinstance(groq, dict) and groq.get("usage") and not data.get("usage"):
            self._usage = usage_of(self._wire, groq["usage"])
        self._citations = citations({}, data) or self._citations

    def _last(self) -> CompletionChunk:
        choices = [state.last(self._citations) for _, state in sorted(self._choices.items())]
        return CompletionChunk(
            tuple(choices), *self._heading, usage=self._usage, is_last_chunk=True
        )


def _says(delta: usual.Delta) -> bool:
    """Whether *delta* says anything that is to be shown."""
    return bool(delta.content or delta.tool_calls or delta.reasoning_content or delta.reasoning)


def _joinable(data: object) -> object:
    """*data* with no half characters but where the other half may be in the next event."""
    whole: Any = mended(data)
    if not isinstance(data, dict) or not isinstance(data.get("choices"), list):
        return whole
    for torn, choice in zip(data["choices"], whole["choices"]):
        if isinstance(torn, dict) and isinstance(delta := torn.get("delta"), dict):
            kept = {name: delta[name] for name in _PIECES if name in delta}
            if isinstance(kept.get("content"), list):  # its texts are not joined with the next
                del kept["content"]
            choice["delta"].update(kept)
    return whole


def _plain_error(event: Event) -> LLMKitError | None:
    """The error that *event* tells in plain text, or None."""
    if event.name != "error" or event.data.lstrip().startswith(b"{"):
        return None
    told = event.data.decode("utf-8", "replace")
    return error_told({"error": told}, HttpResponse(200, _HEADERS, event.data))
