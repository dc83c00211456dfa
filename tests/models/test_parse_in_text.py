"""Where in an answer's text its JSON may stand, and where nothing is taken."""

from __future__ import annotations

from typing import Any

import pytest

from llmkit import Adjustment, FinishReason, ResponseFormat, ResponseParseError
from llmkit._models.adjustments import Adjuster
from llmkit._models.json_in_text import JSONInText
from llmkit._models.parse import prose_allowed
from llmkit._models.partial_json import NotJSONError
from llmkit.adapters.schema_subset import Subset
from llmkit.adapters.structured import as_prompt, as_tool

from .answers import answer

ONE = {"n": 1}
BOTH: dict[str, object] = {
    '{"n": 1}': ONE,
    ' \n{"n": 1}\n\n': ONE,
    '```json\n{"n": 1}\n```': ONE,
    '```\n{"n": 1}': ONE,
    '```JSON \t\r\n{"n": 1}\r\n```\r\n': ONE,
    'Here it is:\n\n```json\n{"n": 1}\n```\nAnything else?': ONE,
    '```json\n{"n": 1}\n```\nwhere {"n": 2} would be two': ONE,
    '```python\nprint()\n```\n```json\n{"n": 1}\n```': ONE,
    '```json\n{"n": "```"}\n```': {"n": "```"},
    "```json\n3\n```": 3,
    '<think>{"x": 3}\n```json\n[1]\n```</think>\n\n{"n": 1}': ONE,
    '<thinking>hm</thinking>```json\n{"n": 1}\n```': ONE,
    'so {x}, or ```json\n{"x": 3}\n``` </think> {"n": 1}': ONE,
    "3": 3,
    '"3"': "3",
}
"""Texts that are taken however they were asked for."""

PROSE: dict[str, object] = {
    '{"n": 1} is what I found.': ONE,
    'Here is the JSON: {"n": 1}': ONE,
    "The numbers are [1, 2].": [1, 2],
    'See {x}, [y] or {{z}}: {"n": 1}. Or {z}.': ONE,
    '3 cities: {"n": 1}': ONE,
    'true story: {"n": 1}': ONE,
    '"A" says {"n": 1}': ONE,
    '`{"n": 1}`': ONE,
    '```json {"n": 1}```': ONE,
    '``x`` <b> {"n": 1}': ONE,
    '{Paris} has {"n": 1}': ONE,
}
"""Texts that are taken where nothing but words asked for JSON."""

NEVER = [
    *('{"n": 1} and {"n": 2}', '[{"n": 1}, {"n": ', 'so [{"n": 1}, {"n": ', '{"n": 1} {"n": '),
    *("The answer is 1.", "", "{'n': 1}", '[1]: {"n": 1}', "n", 'so {"n": 1', "<think>{}"),
    '```json\n{"n": 1}\n```\n```json\n{"n": 2}\n```',
    '```json\n{"n": 1\n```',
    '{"a": {"n": 1}, oops {"n": 2}',
]
"""Texts of which nothing is taken: no JSON, broken JSON, or more than one."""


def found(text: str, size: int, *, prose: bool) -> object:
    """What is found in *text*, which comes in pieces of that size; or the error's class."""
    finder = JSONInText(prose=prose)
    try:
        for start in range(0, len(text), size):
            finder.feed(text[start : start + size])
        return finder.close()
    except NotJSONError:
        return NotJSONError


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("prose", [True, False], ids=["prose", "native"])
@pytest.mark.parametrize("text", [*BOTH, *PROSE, *NEVER])
def test_what_is_found(text: str, prose: bool, size: int) -> None:
    """In pieces of any size: by itself, after thinking, in a fence; in prose where allowed."""
    expected = BOTH.get(text, PROSE.get(text, NotJSONError) if prose else NotJSONError)
    assert found(text, size, prose=prose) == expected


@pytest.mark.parametrize("text", [*BOTH, *PROSE, *NEVER])
def test_parse_finds_the_same(text: str) -> None:
    """`parse()` takes of a whole text what is found in its pieces."""
    for asked, prose in ((None, True), (ResponseFormat.json_schema({}), False)):
        expected = found(text, 3, prose=prose)
        response = answer(text, asked)
        if expected is NotJSONError:
            with pytest.raises(ResponseParseError) as caught:
                response.parse()
            assert caught.value.reason == ("json" if text else "empty")
        else:
            assert response.parse() == expected


def test_prose_is_for_what_words_asked_for() -> None:
    """Where a field of the wire's own asked for the form, an answer is JSON and nothing else."""
    asked: ResponseFormat[object] = ResponseFormat.json_schema({"type": "object"})
    assert prose_allowed(None, ())
    assert prose_allowed(ResponseFormat("text"), ())
    assert not prose_allowed(asked, ())
    native = Adjustment("rewritten", "response_format", "as the schema of an object")
    assert not prose_allowed(asked, (native,))
    for way in ("prompt", "tool"):
        adjust = Adjuster()
        as_prompt(asked, adjust) if way == "prompt" else as_tool(asked, Subset(), adjust)
        assert prose_allowed(asked, adjust.made)


def test_the_reason_is_about_the_json() -> None:
    """Where JSON had begun, the error says what is wrong with it, and at which character."""
    with pytest.raises(ResponseParseError, match=r"a comma or \] must stand here \(character 10\)"):
        answer("So: [1, 2 3]").parse()
    with pytest.raises(ResponseParseError, match=r"Expecting value \(character 0\)"):
        answer("Sorry.").parse()
    with pytest.raises(ResponseParseError, match="more than one"):
        answer("[1] or [2]").parse()


def test_an_error_says_all_that_there_is() -> None:
    """Text, reason, finish reason, usage, and what is wrong where, one place to a line."""
    with pytest.raises(ResponseParseError) as caught:
        answer('{"a": 1, "b": "x"}', finish=FinishReason.STOP).parse(dict[str, bool])
    error: Any = caught.value
    assert error.problems == (
        "$.a: must be a boolean, not 1",
        '$.b: must be a boolean, not "x"',
    )
    assert error.finish_reason is FinishReason.STOP
    assert error.usage == error.response.usage
    bare = ResponseParseError("no", reason="json")
    assert (bare.finish_reason, bare.usage, bare.problems, bare.tries) == (None, None, (), ())
