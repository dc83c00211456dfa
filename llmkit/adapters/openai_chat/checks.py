"""What a quirk may be, beyond its type; every refusal names it, and what was meant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final, TypeVar, cast

from attrs import Attribute

from ...errors import ConfigurationError

if TYPE_CHECKING:
    from . import OpenAIChat

T = TypeVar("T")

REFUSABLE: Final = frozenset(
    {
        *("frequency_penalty", "logit_bias", "logprobs", "max_tokens", "metadata", "n"),
        *("parallel_tool_calls", "presence_penalty", "prompt_mode", "reasoning_budget"),
        *("reasoning_effort", "safe_prompt", "seed", "service_tier", "stop", "temperature"),
        *("tool_choice", "tools", "top_k", "top_logprobs", "top_p", "user"),
    }
)
"""The fields of a request that a provider of this form may be without."""

SAMPLING: Final = frozenset(
    {
        *("frequency_penalty", "logit_bias", "logprobs", "presence_penalty", "temperature"),
        *("top_logprobs", "top_p"),
    }
)
"""What models that think mostly do not take: in `refuses`, one word for all of it."""

_REFUSALS: Final = REFUSABLE | {"sampling"}

_WHOLE: Final = frozenset({"max_tokens", "n", "reasoning_budget", "seed", "top_k", "top_logprobs"})
RANGED: Final = _WHOLE | {"frequency_penalty", "presence_penalty", "temperature", "top_p"}
"""The fields of a request that are numbers."""


def check_ranges(
    _: object, attribute: Attribute[Mapping[str, tuple[float, float]]], value: object
) -> None:
    """Check that *value* gives a lowest and a highest number for fields that are numbers.

    Raises:
        ConfigurationError: it does not.
    """
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{attribute.name}: must map fields to their lowest and highest")
    for name, ends in value.items():
        _known(attribute.name, name, RANGED, "no number's field")
        if not _right(ends, whole=name in _WHOLE):
            what = "integers" if name in _WHOLE else "numbers"
            raise ConfigurationError(
                f"{attribute.name}.{name}: must be two {what}, the lowest and the highest"
            )


def _right(ends: object, *, whole: bool) -> bool:
    if not isinstance(ends, tuple | list) or len(ends) != 2:
        return False
    if not all(type(end) is int or (type(end) is float and not whole) for end in ends):
        return False
    low, high = cast("tuple[float, float]", ends)
    return low <= high


def check_refuses(_: object, attribute: Attribute[tuple[str, ...]], value: object) -> None:
    """Check that *value* names fields that can be refused.

    Raises:
        ConfigurationError: it does not.
    """
    for name in _list(attribute.name, value):
        _known(attribute.name, name, _REFUSALS, "no field that can be refused")


def refused_fields(wire: OpenAIChat) -> frozenset[str]:
    """The fields that *wire* refuses: of what samples, not those that have a range."""
    named: object = wire.refuses
    if not isinstance(named, tuple | list) or "sampling" not in named:
        return frozenset(map(str, named)) if isinstance(named, tuple | list) else frozenset()
    ranged = wire.ranges if isinstance(wire.ranges, Mapping) else ()
    return frozenset(map(str, named)) - {"sampling"} | SAMPLING.difference(ranged)


_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "response_formats": ("text", "json_object", "json_schema"),
    "tool_choices": ("auto", "none", "required", "named"),
}


def check_words(_: object, attribute: Attribute[T], value: T) -> None:
    """Check that *value* is of the quirk's words.

    Raises:
        ConfigurationError: it is not.
    """
    for word in _list(attribute.name, value):
        _known(attribute.name, word, _WORDS[attribute.name], "none of its words")


THINKING_QUIRKS: Final = ("ranges", "refuses", "response_formats", "tool_choices")
"""The quirks that may be others while a model thinks."""


def check_while_thinking(
    _: object, attribute: Attribute[Mapping[str, object]], value: object
) -> None:
    """Check that *value* maps those quirks; their own values are checked as they are used.

    Raises:
        ConfigurationError: it does not.
    """
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{attribute.name}: must map quirks to their values")
    for name in value:
        _known(attribute.name, name, THINKING_QUIRKS, "no quirk that thinking may change")


def _list(quirk: str, value: object) -> tuple[object, ...]:
    if not isinstance(value, tuple | list):
        raise ConfigurationError(f"{quirk}: must be a list, not {value!r}")
    return tuple(value)


def _known(quirk: str, name: object, known: Collection[object], what: str) -> None:
    if name not in known:
        words = sorted(map(str, known))
        from difflib import get_close_matches  # few names are wrong

        near = get_close_matches(str(name), words, 1)
        meant = f"did you mean {near[0]!r}?" if near else f"known are {words}"
        raise ConfigurationError(f"{quirk}: {name!r} is {what}; {meant}")
