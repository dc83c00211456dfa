"""Generated types: their schema, what fits it, and what it is parsed to, held together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema
import msgspec
import pydantic
import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from llmkit._json import dumps
from llmkit._models.json_form import json_form
from llmkit._models.json_schema import schema_of
from llmkit._models.validate_json import fitted
from llmkit.adapters.anthropic_messages.tools import SUBSET as ANTHROPIC
from llmkit.adapters.bedrock_converse.tools import SUBSET as BEDROCK
from llmkit.adapters.gemini.tools import JSON_SCHEMA, OPENAPI
from llmkit.adapters.openai_schemas import STRICT
from llmkit.adapters.schema_subset import ANY_KEYS, ANY_VALUE, Subset, rewritten

from .answers import parsed
from .made_types import damaged, instances, made_types, shared_types

usual = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def judge(schema: Any) -> jsonschema.Draft202012Validator:
    """Another's validator for *schema*, which is a right one."""
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def holds(form: Any, given: Any) -> bool:
    """Whether *form* says all of *given*, and perhaps defaults besides; sets have no order."""
    if isinstance(given, dict):
        return isinstance(form, dict) and all(
            name in form and holds(form[name], item) for name, item in given.items()
        )
    if isinstance(given, list):
        if not isinstance(form, list) or len(form) != len(given):
            return False
        if all(map(holds, form, given)):
            return True
        return sorted(map(dumps, form)) == sorted(map(dumps, given))
    if isinstance(form, str) and isinstance(given, str):
        return given in (form, form.replace("Z", "+00:00"))  # pydantic's word for no offset
    return isinstance(form, bool) == isinstance(given, bool) and bool(form == given)


@usual
@given(st.data())
def test_what_fits_the_schema_is_parsed_and_comes_back(data: st.DataObject) -> None:
    """Of any type: JSON that fits its schema is parsed, and the value's JSON says the same."""
    target = data.draw(made_types())
    schema = schema_of(target)
    form = data.draw(instances(schema))
    assert judge(schema).is_valid(form)
    note(str(schema))
    value = parsed(form, target)
    again: Any = json_form(value)
    assert holds(again, form)
    assert judge(schema).is_valid(again)
    assert parsed(again, target) == value


def _agree(target: Any, theirs: Any, data: st.DataObject) -> None:
    """Both schemas take what fits one of them, and refuse the same of what is damaged."""
    ours = schema_of(target)
    first, second = judge(ours), judge(theirs)
    form = data.draw(instances(ours) | instances(theirs))
    assert (first.is_valid(form), second.is_valid(form)) == (True, True)
    note(f"{ours} and {theirs}")
    other = data.draw(damaged(form))
    assert first.is_valid(other) == second.is_valid(other)


@usual
@given(st.data())
def test_the_same_schema_as_msgspec(data: st.DataObject) -> None:
    """By meaning: what fits msgspec's schema of a type fits ours, and the other way round."""
    target = data.draw(shared_types("attrs", "dataclass", "TypedDict"))
    try:
        theirs = msgspec.json.schema(target)
    except TypeError:  # a union of what it cannot tell apart
        assume(False)
    _agree(target, theirs, data)


@usual
@given(st.data())
def test_the_same_schema_as_pydantic(data: st.DataObject) -> None:
    """By meaning: what fits pydantic's schema of a type fits ours, and the other way round."""
    target = data.draw(shared_types("dataclass", "TypedDict", "pydantic"))
    _agree(target, pydantic.TypeAdapter(target).json_schema(), data)


SUBSETS: dict[str, Subset] = {
    "OpenAI": STRICT,
    "Anthropic": ANTHROPIC,
    "Bedrock": BEDROCK,
    "Gemini": JSON_SCHEMA,
    "Gemini's OpenAPI": OPENAPI,
}


def plain(schema: Any) -> Any:
    """*schema* in JSON Schema's own words, if it is in OpenAPI's."""
    if isinstance(schema, list):
        return [plain(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    said = {name: plain(item) for name, item in schema.items()}
    if said.pop("nullable", False) is True:
        return {"anyOf": [said, {"type": "null"}]}
    return said


@pytest.mark.parametrize("subset", SUBSETS.values(), ids=SUBSETS)
@settings(parent=usual, max_examples=60)
@given(st.data())
def test_a_stricter_schema_takes_the_same(subset: Subset, data: st.DataObject) -> None:
    """What fits a type's schema, nothing left out, fits what a provider gets of it."""
    schema = schema_of(data.draw(made_types()))
    strict, lost = rewritten(schema, subset)
    # Of such a schema the model is not held to the strict form.
    assume(not any(reason in (ANY_KEYS, ANY_VALUE) for _, reason in lost))
    form = data.draw(instances(schema, full=True))
    note(f"{schema} and {strict}")
    assert judge(plain(strict)).is_valid(form)


@pytest.mark.parametrize("subset", SUBSETS.values(), ids=SUBSETS)
@settings(parent=usual, max_examples=60)
@given(st.data())
def test_what_fits_a_stricter_schema_is_parsed(subset: Subset, data: st.DataObject) -> None:
    """What a model says under a provider's form of a schema is taken, where none of it was lost."""
    target = data.draw(made_types())
    schema = schema_of(target)
    strict, lost = rewritten(schema, subset)
    # Defaults do not bind, and no keys but the known are drawn where others are not forbidden.
    words = {path.rpartition("/")[2] for path, _ in lost}
    assume(words <= {"default", "additionalProperties"})
    assume(not any(reason == ANY_KEYS for _, reason in lost))
    form = data.draw(instances(plain(strict)))
    _, misfits = fitted(form, schema)
    assert misfits == ()
    parsed(form, target)
