"""Rules for some of a provider's models: which, and what is different about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final, cast

from attrs import Attribute, field

from .._frozen import frozen
from . import checks as check
from .checks import FieldError

_WILD: Final = re.compile(r"[*?]|\[!?\]?[^\]]*\]")
"""What stands for other letters in a glob."""


def _globs(_: object, attribute: Attribute[tuple[str, ...]], value: object) -> None:
    meaning = "must be a list of models' names, * for any letters: ['o1*', '*/gpt-5*']"
    if not isinstance(value, tuple) or not value:
        raise FieldError(attribute.name, meaning)
    if not all(isinstance(glob, str) and glob for glob in value):
        raise FieldError(attribute.name, meaning)


def _quirk_table(_: object, attribute: Attribute[Mapping[str, object]], value: object) -> None:
    if not isinstance(value, Mapping):
        raise FieldError(
            attribute.name, f"must map an adapter's fields to values, not {check.kind(value)}"
        )
    try:
        hash(value)
    except TypeError:
        raise FieldError(attribute.name, "must be of text, numbers, flags and lists") from None


@frozen(cache_hash=True)
class ModelRule:
    """What is different about some of a provider's models.

        >>> rule = ModelRule(["o1*", "*/o1*"], {"max_tokens_field": "max_completion_tokens"})
        >>> rule.matches("O1-mini"), rule.matches("gpt-4o")
        (True, False)

    Args:
        match: globs on a model's name at its provider, as `fnmatch` has them; case does not
            count, and `*` crosses slashes.
        quirks: fields of the wire's adapter; each replaces the provider's own value of it.

    Raises:
        ConfigurationError: a value cannot be right; the error names the field.
    """

    match: tuple[str, ...] = field(converter=check.as_tuple, validator=_globs)
    quirks: Mapping[str, object] = field(
        factory=dict, converter=check.as_frozen, validator=_quirk_table
    )

    def matches(self, model: str) -> bool:
        """Whether the rule is for *model*, a name without the provider's before it."""
        name = model.lower()
        return any(_matches(name, glob.lower()) for glob in self.match)


def _matches(name: str, glob: str) -> bool:
    # A glob becomes a regular expression, which takes long to make: most names need none.
    return all(text in name for text in _WILD.split(glob)) and fnmatchcase(name, glob)


def model_rules(value: object) -> tuple[ModelRule, ...]:
    """*value* as a provider keeps it; what is no list of rules is for `check_rules` to refuse."""
    rules: object = tuple(value) if isinstance(value, list | tuple) else value
    return cast("tuple[ModelRule, ...]", rules)


def check_rules(field: str, value: object) -> None:
    """Check that *value* is a tuple of rules.

    Raises:
        FieldError: it is not.
    """
    if not isinstance(value, tuple) or not all(isinstance(rule, ModelRule) for rule in value):
        raise FieldError(field, "must be a list of ModelRule")
