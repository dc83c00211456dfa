"""`read_docstring`: what a docstring says of a function and of its parameters."""

from __future__ import annotations

import pytest

from llmkit._models.docstrings import Docstring, read_docstring


@pytest.mark.parametrize("text", [None, "", "  \n "])
def test_nothing(text: str | None) -> None:
    """Without words there is nothing said."""
    assert read_docstring(text) == Docstring()


GOOGLE = """Do.

    Returns:
        x: not a parameter
    Arguments:
        *a (dict[str, int]): one
        b:
            on its own line

    And more.
    """

NUMPY = """Do.

    Attributes
    ----------
    a
        one
    b : int

    Notes
    -----
    c
    """

SPHINX = """Do.

    :param int a: one
        more
    :type a: int
    :raises X: never

    And more.
    """


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One line.", Docstring("One line.")),
        ("One: not a section.\n\nMore.", Docstring("One: not a section.\n\nMore.")),
        (GOOGLE, Docstring("Do.\n\nAnd more.", {"a": "one", "b": "on its own line"})),
        (NUMPY, Docstring("Do.", {"a": "one", "b": ""})),
        (SPHINX, Docstring("Do.\n\nAnd more.", {"a": "one more"})),
    ],
)
def test_forms(text: str, found: Docstring) -> None:
    """Google's, NumPy's and Sphinx's forms say the same; other sections are no parameters."""
    assert read_docstring(text) == found
