"""A conversation that goes on: a value that holds what was said, and grows by what is sent."""

from __future__ import annotations

import json
import os
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, Never, TypeAlias, TypeVar, cast, overload

from attrs import evolve

from ._chat_client import AsyncChatClient, AsyncCompletionStream, ChatClient
from ._conversation_stream import AsyncConversationStream, ConversationStream
from ._frozen import frozen
from ._json import JsonValue, dumps, mended
from ._models.messages import Content, Message, MessageInput, UserMessage, messages_of
from ._models.part_form import Part
from ._models.request import ChatCompletionRequest, RequestOption
from ._models.response import ChatCompletionResponse
from ._models.usage import NO_USAGE, Usage
from .errors import InvalidRequestError

if TYPE_CHECKING:
    from typing_extensions import TypeVar as DefaultTypeVar

    from ._models.tool_run import ToolRun

    T_co = DefaultTypeVar("T_co", covariant=True, default=object)
else:
    T_co = TypeVar("T_co", covariant=True)

T = TypeVar("T")

_One: TypeAlias = "str | Part | Message | Mapping[str, object]"

Said: TypeAlias = "_One | Sequence[_One]"
"""What to add to a conversation: what the user says (text, a part, parts), or a message, or
messages, such as the results of tools; parts and messages typed or in OpenAI's form."""

# A request has at least one message, and a conversation may still have none: its settings are
# kept as a request whose one message is never sent.
_NOTHING_YET: Final = (UserMessage("Hello"),)


@frozen(init=False, repr=False)
class Conversation(Generic[T_co]):
    """What was said, to whom and under which settings: a value that grows by what is sent.

        >>> conversation = Conversation("echo/demo", [Message.system("Be brief.")])
        >>> conversation, response = conversation.send(client, "Hello")

    Nothing changes it: `send` hands back the grown one, and where it fails, the old one is
    what it was. So a conversation may be kept, sent again, and forked by using it twice.

    Args:
        model: "provider/model"; "" for the client's default model.
        messages: what has been said, typed or as mappings in OpenAI's form.
        options: settings of each of its requests: `with_temperature(0)` and the like.

    Attributes:
        messages: all that was said, in order.
        usage: the tokens of all its sends together.

    Raises:
        InvalidRequestError: a value cannot be right on any provider; the error names it.
    """

    messages: tuple[Message, ...]
    usage: Usage
    _settings: ChatCompletionRequest[T_co]

    @overload
    def __init__(
        self: Conversation[object],
        model: str = "",
        messages: Sequence[MessageInput] = (),
        *options: RequestOption[Never],
    ) -> None: ...
    @overload
    def __init__(
        self: Conversation[T],
        model: str,
        messages: Sequence[MessageInput],
        *options: RequestOption[T],
    ) -> None: ...
    def __init__(
        self,
        model: str = "",
        messages: Sequence[MessageInput] = (),
        *options: RequestOption[object],
    ) -> None:
        settings: ChatCompletionRequest[object] = ChatCompletionRequest(model, _NOTHING_YET)
        said = messages_of(messages) if messages else ()
        # What the options make of it is what the overloads say.
        made = cast("ChatCompletionRequest[T_co]", settings.with_options(*options))
        self.__attrs_init__(said, NO_USAGE, made)

    @classmethod
    def of(cls, request: ChatCompletionRequest[T]) -> Conversation[T]:
        """The conversation that *request* would go on with: its messages, its settings."""
        return _made(request.messages, NO_USAGE, request)

    @property
    def model(self) -> str:
        """Who is asked, "provider/model"; "" for the client's default model."""
        return self._settings.model

    def request(self, said: Said = ()) -> ChatCompletionRequest[T_co]:
        """What `send` would ask, as a request for any use.

        Args:
            said: as of `add`.

        Raises:
            InvalidRequestError: there is nothing to send, or it cannot be right.
        """
        return evolve(self._settings, messages=self.add(said).messages)

    def add(self, said: Said) -> Conversation[T_co]:
        """The conversation with *said* at its end; nothing is sent.

        Args:
            said: what the user says (text, a part, parts), or a message, or messages.

        Raises:
            InvalidRequestError: it is neither.
        """
        return _made((*self.messages, *_messages(said)), self.usage, self._settings)

    @overload
    def send(
        self, client: ChatClient, said: Said = ()
    ) -> tuple[Conversation[T_co], ChatCompletionResponse[T_co]]: ...
    @overload
    def send(
        self, client: AsyncChatClient, said: Said = ()
    ) -> Coroutine[object, object, tuple[Conversation[T_co], ChatCompletionResponse[T_co]]]: ...
    def send(
        self, client: ChatClient | AsyncChatClient, said: Said = ()
    ) -> (
        tuple[Conversation[T_co], ChatCompletionResponse[T_co]]
        | Coroutine[object, object, tuple[Conversation[T_co], ChatCompletionResponse[T_co]]]
    ):
        """Say something, and wait for the whole answer; with an `AsyncClient`, to be awaited.

        The tools that an answer calls are the caller's to run, or `client.run_tools`': see
        `after`.

        Args:
            client: who sends it.
            said: as of `add`; without it, what is there already is sent as it is.

        Returns:
            The conversation, grown by what was said and answered, and the answer.

        Raises:
            LLMKitError: see `llmkit.errors`.
        """
        asked = self.add(said)
        answer = client.chat_completion(asked.request())
        if isinstance(answer, ChatCompletionResponse):
            return asked._answered(answer), answer
        return _awaited(asked, answer)

    @overload
    def stream(self, client: ChatClient, said: Said = ()) -> ConversationStream[T_co]: ...
    @overload
    def stream(self, client: AsyncChatClient, said: Said = ()) -> AsyncConversationStream[T_co]: ...
    def stream(
        self, client: ChatClient | AsyncChatClient, said: Said = ()
    ) -> ConversationStream[T_co] | AsyncConversationStream[T_co]:
        """Say something, and take the answer as it comes; its `conversation` is the grown one.

        Args:
            client: as of `send`.
            said: as of `send`.

        Raises:
            LLMKitError: see `llmkit.errors`.
        """
        asked = self.add(said)
        chunks = client.chat_completion_stream(asked.request())
        if hasattr(chunks, "__anext__"):
            return AsyncConversationStream(self, asked, cast("AsyncCompletionStream[T_co]", chunks))
        return ConversationStream(self, asked, chunks)

    def after(self, run: ToolRun[object]) -> Conversation[T_co]:
        """The conversation after a loop of tool calls that began with its `request`.

        >>> run = client.run_tools(conversation.request("How is the weather?"))
        >>> conversation = conversation.after(run)
        """
        return _made(run.messages, self.usage + run.usage, self._settings)

    def with_model(self, model: str) -> Conversation[T_co]:
        """The same conversation with another model, of another provider if you like."""
        return _made(self.messages, self.usage, evolve(self._settings, model=model))

    @overload
    def with_options(self, *options: RequestOption[Never]) -> Conversation[T_co]: ...
    @overload
    def with_options(self, *options: RequestOption[T]) -> Conversation[T]: ...
    def with_options(self, *options: RequestOption[T]) -> Conversation[object]:
        """The same conversation under settings that each of *options* changes in order."""
        return _made(self.messages, self.usage, self._settings.with_options(*options))

    def to_dict(self) -> dict[str, JsonValue]:
        """The conversation as a JSON object: its request in OpenAI's form, and `usage`.

        Python types and functions behind schemas and tools are not JSON: their schemas stay.
        What `with_extra_headers` has set is in it.
        """
        return {
            **self._settings.to_dict(),
            "messages": [message.to_dict() for message in self.messages],
            "usage": self.usage.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Conversation[object]:
        """What `to_dict` wrote, or any request in OpenAI's form.

        Raises:
            InvalidRequestError: *data* is not of that form; the error names the field.
        """
        given = dict(_object(data, "conversation"))
        usage = given.pop("usage", None)
        empty = given.get("messages") == []
        if empty:
            given["messages"] = _NOTHING_YET
        request = ChatCompletionRequest.from_dict(given)
        spent = NO_USAGE if usage is None else Usage.from_dict(_object(usage, "usage"))
        return _made(() if empty else request.messages, spent, request)

    def to_json(self) -> str:
        """`to_dict` as text."""
        return dumps(self.to_dict()).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Conversation[object]:
        """What `to_json` wrote.

        Raises:
            InvalidRequestError: *text* is not JSON, or not of that form.
        """
        try:
            # Not orjson, which makes a float of an integer beyond 64 bits.
            data = mended(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise InvalidRequestError(f"is not JSON: {error}", field="conversation") from None
        return cls.from_dict(cast("Mapping[str, object]", data))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the conversation to a file, as JSON; what was there goes once it is written.

        Raises:
            OSError: the file cannot be written.
        """
        target = Path(path)
        written = target.with_name(f"{target.name}.part")
        written.write_bytes(dumps(self.to_dict()))
        written.replace(target)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Conversation[object]:
        """What `save` wrote.

        Raises:
            OSError: the file cannot be read.
            InvalidRequestError: it holds no conversation; the error says what is wrong.
        """
        return cls.from_json(Path(path).read_bytes())

    def __repr__(self) -> str:
        name = type(self).__name__
        count, tokens = len(self.messages), self.usage.total_tokens
        return f"{name}({self.model!r}, {count} messages, {tokens} tokens)"

    def _answered(self, answer: ChatCompletionResponse[object]) -> Conversation[T_co]:
        """The conversation, whose request *answer* is the answer to."""
        said = answer.assistant_message()
        # An answer that says nothing is no message: several providers refuse an empty one.
        more = (said,) if said.parts else ()
        return _made((*self.messages, *more), self.usage + answer.usage, self._settings)


def _made(
    messages: tuple[Message, ...], usage: Usage, settings: ChatCompletionRequest[T]
) -> Conversation[T]:
    """A conversation of values that are known to be right."""
    made: Conversation[T] = Conversation.__new__(Conversation)
    made.__attrs_init__(messages, usage, evolve(settings, messages=_NOTHING_YET))
    return made


async def _awaited(
    asked: Conversation[T], answer: Coroutine[object, object, ChatCompletionResponse[T]]
) -> tuple[Conversation[T], ChatCompletionResponse[T]]:
    whole = await answer
    return asked._answered(whole), whole


def _messages(said: Said) -> tuple[Message, ...]:
    """*said*, as messages."""
    if _is_message(said):
        return messages_of([cast("MessageInput", said)], "said")
    if isinstance(said, Sequence) and not isinstance(said, str):
        if not said:
            return ()
        if any(_is_message(item) for item in said):
            return messages_of(cast("Sequence[MessageInput]", said), "said")
    return (UserMessage(cast("Content", said)),)


def _is_message(said: object) -> bool:
    return isinstance(said, Message) or (isinstance(said, Mapping) and "role" in said)


def _object(value: object, field: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InvalidRequestError(f"must be an object, not {type(value).__name__}", field=field)
    return value
