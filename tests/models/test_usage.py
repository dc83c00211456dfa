"""`Usage`: counts that can be added up, and their form as JSON."""

from __future__ import annotations

import pytest
from hypothesis import given

from llmkit._models.usage import NO_USAGE, Usage
from llmkit.errors import InvalidRequestError

from .values import through_json, usages


@given(usages)
def test_json_and_back(usage: Usage) -> None:
    """Counts survive JSON text whole."""
    assert Usage.from_dict(through_json(usage.to_dict())) == usage


def test_added_up() -> None:
    """The counts of a conversation are those of its calls together."""
    one = Usage(1, 2, 3, 4, 5, 6, raw={"a": 1})
    assert one + one == Usage(2, 4, 6, 8, 10, 12)
    assert one + NO_USAGE == Usage(1, 2, 3, 4, 5, 6)
    assert not (NO_USAGE + NO_USAGE).reported


@pytest.mark.parametrize("value", [-1, 1.5, "3", True])
def test_refused(value: object) -> None:
    """A count is an integer of 0 or more."""
    with pytest.raises(InvalidRequestError) as caught:
        Usage.from_dict({"prompt_tokens_details": {"cached_tokens": value}})
    assert caught.value.field == "usage.cached_tokens"
