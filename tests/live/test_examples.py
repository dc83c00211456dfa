"""The examples on the embedded provider: no key, no network, no server."""

from __future__ import annotations

import pytest

from .programs import EXAMPLES, check, printed


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs_as_it_is(example: str) -> None:
    """On a fresh machine, without an argument, each shows all that it is there to show."""
    check(printed(example))


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_takes_its_model_from_outside(example: str) -> None:
    """From its first argument, which wins, or from `LLMKIT_MODEL`."""
    check(printed(example, "echo/other", LLMKIT_MODEL="nobody-knows-it"))
    check(printed(example, LLMKIT_MODEL="echo/other"))
    with pytest.raises(AssertionError, match="OPENAI_API_KEY"):
        printed(example, LLMKIT_MODEL="openai/gpt-4o")
