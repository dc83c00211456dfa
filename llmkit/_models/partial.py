"""An answer's value while it is streamed: `stream.partial(Weather)`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Generic, cast

from attrs import field

from .._frozen import frozen
from ..errors import ResponseParseError
from .adjustments import Adjustment
from .chunks import CompletionChunk
from .json_in_text import JSONInText
from .json_view import View
from .parse import fitting, json_and_value, prose_allowed
from .partial_json import NotJSONError
from .response import ChatCompletionResponse
from .response_format import ResponseFormat

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T_co = TypeVar("T_co", covariant=True, default=object)
    T = TypeVar("T")
else:
    from typing import TypeVar

    T_co = TypeVar("T_co", covariant=True)
    T = TypeVar("T")


@frozen(slots=False, eq=False)
class Partial(Generic[T_co]):
    """A value as far as it has come. It never changes: the next one says more.

    A field is also an attribute, `partial.city`, and an item, `partial["city"]`; an item is to
    be had under every name, `partial["value"]` too. What has not come yet is None. Fields are
    plain JSON, as in `data`, by the names that they have there.

    Args:
        is_complete: the answer is whole, and fits: this is the last one.
    """

    _view: View = field(repr=False)
    _fitting: Callable[[object], T_co] = field(repr=False)
    is_complete: bool = field(default=False, kw_only=True)

    @cached_property
    def data(self) -> object:
        """The JSON so far, as plain values.

        A text is given as far as it has come; a number, `true`, `false` or `null` when it is
        whole. Made when first asked for, and not to be changed: what is whole in it is shared
        with the values that follow.
        """
        return self._view.value()

    @cached_property
    def value(self) -> T_co | None:
        """The value itself, as soon as what has come of it fits; of the last one, always.

        Made when first asked for. Until the last one, what can be left out may be missing,
        and a text may be cut off.
        """
        try:
            return self._fitting(self.data)
        except ValueError:
            return None

    def __getitem__(self, key: str | int) -> object:
        """The field, or the item of a list, or None where it has not come yet."""
        try:
            return self._view.item(key)
        except LookupError:
            return None

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):  # for copy, pickle and the like: no field
            raise AttributeError(name)
        return self[name]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Partial):
            return NotImplemented
        return self.is_complete == other.is_complete and self.data == other.data

    def __repr__(self) -> str:
        done = ", is_complete=True" if self.is_complete else ""
        return f"Partial({self.data!r}{done})"


class PartialAnswer(Generic[T]):
    """Takes the chunks of an answer, and gives what is there of its value.

    Args:
        asked: the form that was asked for.
        target: the type to make; None for the one that was asked for.
        made: the request's adjustments.
        so_far: gives the answer so far, for an error to hold.

    Raises:
        InvalidRequestError: *target* has no JSON form.
    """

    def __init__(
        self,
        asked: ResponseFormat[object] | None,
        target: type[T] | None,
        made: tuple[Adjustment, ...],
        so_far: Callable[[], ChatCompletionResponse[object]],
    ) -> None:
        if target is not None:
            ResponseFormat.json_schema(target)
        wanted = asked.target if target is None and asked is not None else target
        self._asked = asked
        self._target = target
        self._wanted: object = wanted
        self._so_far = so_far
        self._finder = JSONInText(prose=prose_allowed(asked, made))
        self._version = 0

    def take(self, chunk: CompletionChunk) -> Partial[T] | None:
        """What is there after *chunk*, or None where that is nothing new.

        Raises:
            ResponseParseError: what has come can no longer become JSON.
        """
        text = chunk.delta_message().content
        if not text:
            return None
        try:
            self._finder.feed(text)
        except NotJSONError as error:
            failure = error
        else:
            return self._grown()
        raise self._broken(failure)

    def end(self, response: ChatCompletionResponse[object]) -> Partial[T]:
        """The last one, of the whole answer: what `response.parse()` makes of it.

        Raises:
            ResponseParseError: as `ChatCompletionResponse.parse`.
        """
        data, value = json_and_value(response, self._target)
        made = cast("T", value)
        return Partial(View(whole=data, begun=True), lambda _: made, is_complete=True)

    def _grown(self) -> Partial[T] | None:
        version, self._version = self._version, self._finder.version
        if version == self._version:
            return None
        view = self._finder.view()
        return Partial(view, self._fitted) if view.begun else None

    def _fitted(self, data: object) -> T:
        return cast("T", fitting(data, self._wanted, self._asked))

    def _broken(self, error: NotJSONError) -> ResponseParseError:
        answer = self._so_far()
        text = answer.content or ""
        told = ResponseParseError(
            f"the answer can no longer become JSON: {error}: {text[-200:]!r}",
            reason="json",
            text=text,
            response=answer,
            problems=[f"it is not JSON: {error}"],
        )
        told.provider, told.model = answer.provider or None, answer.model or None
        told.attempts = answer.attempts
        return told
