"""A provider as a value: the manifest as an object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, cast

from attrs import Attribute, Factory, field

from .._auth import CREDENTIALS, CredentialsName
from .._frozen import frozen
from .._redaction import quiet
from ..adapters import WIRES
from . import checks as check
from .checks import FieldError, FrozenMapping
from .media import MediaLimits, limits_of
from .models import ModelRule, check_rules, model_rules
from .placeholders import PLACEHOLDER, placeholders_in, texts_in
from .quirks import check_names, make_adapter

if TYPE_CHECKING:
    from .._json import JsonValue
    from ..adapters._base import Adapter

HOMES: Final = {
    "anthropic-messages": "anthropic",
    "bedrock-converse": "bedrock",
    "gemini": "gemini",
    "ollama": "ollama-native",
}
"""The wires that are one vendor's, and its manifest: a proxy has the same models behind it."""

TransportName = Literal["http", "echo"]
"""What carries the requests: the network, or the answer from within of `echo`."""


@frozen
class HeaderAuth:
    """A key that goes in one header.

    Args:
        header: the header's name.
        prefix: what stands before the key, its space included.
    """

    header: str = field(default="Authorization", validator=check.header_name)
    prefix: str = field(default="Bearer ", validator=check.header_text)

    def headers(self, key: str) -> dict[str, str]:
        """The header that says *key*."""
        return {self.header: self.prefix + key}


def _address(value: str) -> str:
    return value.rstrip("/") if isinstance(value, str) else value


def _mapping(value: Mapping[str, str]) -> Mapping[str, str]:
    return FrozenMapping(value) if isinstance(value, Mapping) else value


def _variable_lists(value: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    given = cast("object", value)
    if isinstance(given, Mapping):
        return FrozenMapping({name: check.as_tuple(item) for name, item in given.items()})
    return cast("Mapping[str, tuple[str, ...]]", value)


def _header_names(value: Mapping[str, str]) -> str:
    return f"<{', '.join(value)}>" if value else "{}"


def _base_url(_: object, attribute: Attribute[str], value: object) -> None:
    _template(attribute.name, value)


def _template(field: str, value: object) -> None:
    address = check.url(field, value)
    if set("{}") & set(PLACEHOLDER.sub("", address)):
        raise FieldError(field, "may have braces around a placeholder's name only: {region}")


def _base_urls(
    provider: Provider, attribute: Attribute[Mapping[str, str]], value: Mapping[str, str]
) -> None:
    check.texts(attribute.name, value)
    for case, address in value.items():
        field = f"{attribute.name}.{case}"
        _template(field, address)
        if case.partition("=")[0] not in provider.placeholders or "=" not in case:
            raise FieldError(field, "must be named for a placeholder and its value: region=us")


def _placeholders(
    provider: Provider, attribute: Attribute[Mapping[str, tuple[str, ...]]], value: object
) -> None:
    check.variable_lists(attribute.name, value)


def _query(
    provider: Provider, attribute: Attribute[Mapping[str, str]], value: Mapping[str, str]
) -> None:
    check.texts(attribute.name, value)
    used = placeholders_in(provider.base_url, *provider.base_urls.values(), *value.values())
    _known(provider, used, "the address")


def _body(provider: Provider, attribute: Attribute[Mapping[str, object]], value: object) -> None:
    check.json_object(attribute.name, value)
    _known(provider, placeholders_in(*texts_in(value)), "the body")


def _known(provider: Provider, used: Iterable[str], where: str) -> None:
    for name in used:
        if name not in provider.placeholders:
            near = check.nearest(name, provider.placeholders)
            raise FieldError("placeholders", f"lacks {{{name}}}, which is in {where}{near}")


def _models(provider: Provider, attribute: Attribute[tuple[ModelRule, ...]], value: object) -> None:
    check_rules(attribute.name, value)
    if value and not isinstance(provider.wire, str):
        raise FieldError(attribute.name, "need a wire's name; an adapter of your own has no rules")


def _credentials(_: object, attribute: Attribute[CredentialsName | None], value: object) -> None:
    if value is not None and value not in tuple(CREDENTIALS):
        known = " or ".join(map(repr, CREDENTIALS))
        raise FieldError(attribute.name, f"must be {known} or None, not {value!r}")


def _wire(_: object, attribute: Attribute[str | Adapter], value: object) -> None:
    if isinstance(value, str):
        if value not in WIRES:
            near = check.nearest(value, WIRES) or f"; known are {', '.join(WIRES)}"
            raise FieldError(attribute.name, f"there is no wire {value!r}{near}")
    elif not all(hasattr(value, name) for name in ("build", "parse", "error", "decoder")):
        raise FieldError(
            attribute.name, f"must be a wire's name or an adapter, not {check.kind(value)}"
        )


def _auth(_: object, attribute: Attribute[HeaderAuth | None], value: object) -> None:
    if value is not None and not isinstance(value, HeaderAuth):
        raise FieldError(attribute.name, f"must be a HeaderAuth or None, not {check.kind(value)}")


def _transport(_: object, attribute: Attribute[TransportName], value: object) -> None:
    if value not in ("http", "echo"):
        raise FieldError(attribute.name, f"must be 'http' or 'echo', not {value!r}")


def _quirk_table(
    provider: Provider, attribute: Attribute[Mapping[str, object]], value: object
) -> None:
    if not isinstance(value, Mapping):
        raise FieldError(
            attribute.name, f"must map an adapter's fields to values, not {check.kind(value)}"
        )
    if value and not isinstance(provider.wire, str):
        raise FieldError(attribute.name, "must be fields of the adapter itself, given as `wire`")
    try:
        hash(value)
    except TypeError:
        raise FieldError(attribute.name, "must be of text, numbers, flags and lists") from None


@frozen(cache_hash=True)
class Provider:
    """One provider: where it is, how it is paid, and how it differs from its wire's rule.

        >>> Provider("mine", wire="openai-chat", base_url="http://127.0.0.1:8000/v1").name
        'mine'

    `attrs.evolve(provider, base_url=...)` gives another that differs in that.

    Args:
        name: what stands before the slash in a model's name: lower-case letters, digits,
            '.', '_' and '-'.
        wire: the wire's name, such as "openai-chat", or an adapter of your own.
        base_url: the address below which the wire's paths are; a slash at its end is dropped.
            What is in braces is a placeholder: "https://{region}.example.com".
        title: what people call it; `name` where nothing is given.
        aliases: other names that it goes by.
        auth: how the key is sent; None where there is no key.
        env: the environment variables that may hold the key, the first that does wins.
        env_base_url: the variables that may hold another address.
        placeholders: for each placeholder, the environment variables that may hold its value,
            in order; the client's `placeholders` come first. One without a value is an error.
        base_urls: other addresses, each for one value of a placeholder: {"region=world": ...}.
        query: query parameters that it wants on each request; they may hold placeholders.
        key_required: whether it is an error to have no key; by default, where `env` names
            variables that may hold one and no `credentials` stand in for it.
        credentials: what signs the requests when no key is found, "aws", "google" or "azure",
            or exchanges the key for a token: "ibm".
        scope: what the token of the credentials shall be good for, where that is not the usual;
            of "ibm", the address where tokens are given.
        env_token: the variables that may hold such a token, instead of asking for one.
        headers: headers that it wants besides the key's; their values are not in the repr.
        models_path: where its models are listed, below the address: "/models"; "../" leads
            above it. None where no list is known.
        quirks: fields of the wire's adapter that differ from the adapter's defaults.
        models: what is different about some of its models; the first rule that matches counts.
            One without rules has those of its wire's vendor: `HOMES`.
        body: fields that it wants in the body of each request; texts may hold placeholders.
        media: how large and how many images, recordings and files of a request may be.
        closed: since when, or why, it is there no more; None for one that is there. To use it
            is an error, unless it is given an address that is not its own.
        docs_url: the vendor's document that the facts are from.
        local: whether it runs on the user's machine.
        transport: "http", or "echo" for answers from within, without a network.

    Raises:
        ConfigurationError: a value cannot be right; the error names the field.
    """

    name: str = field(validator=check.provider_name)
    # Out of the hash (not of ==): an adapter of one's own need not be hashable.
    wire: str | Adapter = field(validator=_wire, hash=False, kw_only=True)
    base_url: str = field(converter=_address, validator=_base_url, kw_only=True)
    title: str = field(
        default=Factory(lambda self: self.name, takes_self=True),
        validator=check.text,
        kw_only=True,
    )
    aliases: tuple[str, ...] = field(
        default=(), converter=check.as_tuple, validator=check.provider_names, kw_only=True
    )
    auth: HeaderAuth | None = field(factory=HeaderAuth, validator=_auth, kw_only=True)
    env: tuple[str, ...] = field(
        default=(), converter=check.as_tuple, validator=check.variables, kw_only=True
    )
    env_base_url: tuple[str, ...] = field(
        default=(), converter=check.as_tuple, validator=check.variables, kw_only=True
    )
    placeholders: Mapping[str, tuple[str, ...]] = field(
        factory=dict, converter=_variable_lists, validator=_placeholders, kw_only=True
    )
    base_urls: Mapping[str, str] = field(
        factory=dict, converter=_mapping, validator=_base_urls, kw_only=True
    )
    query: Mapping[str, str] = field(
        factory=dict, converter=_mapping, validator=_query, repr=quiet, kw_only=True
    )
    credentials: CredentialsName | None = field(default=None, validator=_credentials, kw_only=True)
    scope: str | None = field(default=None, validator=check.optional_text, kw_only=True)
    env_token: tuple[str, ...] = field(
        default=(), converter=check.as_tuple, validator=check.variables, kw_only=True
    )
    key_required: bool = field(
        default=Factory(lambda self: bool(self.env) and not self.credentials, takes_self=True),
        validator=check.flag,
        kw_only=True,
    )
    headers: Mapping[str, str] = field(
        factory=dict,
        converter=_mapping,
        validator=check.header_texts,
        repr=_header_names,
        kw_only=True,
    )
    models_path: str | None = field(default=None, validator=check.path, kw_only=True)
    quirks: Mapping[str, object] = field(
        factory=dict, converter=check.as_frozen, validator=_quirk_table, kw_only=True
    )
    models: tuple[ModelRule, ...] = field(
        default=(), converter=model_rules, validator=_models, kw_only=True
    )
    body: Mapping[str, JsonValue] = field(
        factory=dict, converter=check.as_frozen, validator=_body, repr=quiet, kw_only=True
    )
    media: MediaLimits = field(factory=MediaLimits, converter=limits_of, kw_only=True)
    closed: str | None = field(default=None, validator=check.reason, kw_only=True)
    docs_url: str | None = field(default=None, validator=check.optional_text, kw_only=True)
    local: bool = field(default=False, validator=check.flag, kw_only=True)
    transport: TransportName = field(default="http", validator=_transport, kw_only=True)

    def adapter(self, model: str = "") -> Adapter:
        """The adapter that speaks to it: the same object for equal providers and rules.

        Args:
            model: a model's name there; the first of `models` that matches it counts.

        Raises:
            ConfigurationError: a quirk, its own or a rule's, is none of the adapter's, or not
                of its type.
        """
        if not isinstance(self.wire, str):
            return self.wire
        rules = (self.models or _home_rules(self.wire)) if model else ()
        return _adapter(self, next((rule for rule in rules if rule.matches(model)), None))


def check_adapters(provider: Provider) -> None:
    """Make the adapter of each rule, so that a wrong one is found now, and not in a call.

    Raises:
        ConfigurationError: see `Provider.adapter`.
    """
    for rule in (None, *provider.models):
        _adapter(provider, rule)


@lru_cache(maxsize=1024)
def _adapter(provider: Provider, rule: ModelRule | None) -> Adapter:
    wire, name, quirks = str(provider.wire), provider.name, provider.quirks
    if rule is None:
        # The names alone: a type is looked at once a model needs the rule.
        for index, each in enumerate(provider.models):
            check_names(wire, each.quirks, f"models.{index}.quirks")
        return make_adapter(wire, name, quirks)
    _adapter(provider, None)  # is right, if this says nothing
    if rule not in provider.models:
        # What a provider says of itself, it knows better than the vendor does.
        return make_adapter(wire, name, {}, over={**rule.quirks, **quirks})
    where = f"models.{provider.models.index(rule)}.quirks"
    return make_adapter(wire, name, rule.quirks, over=quirks, where=where)


def _home_rules(wire: str) -> tuple[ModelRule, ...]:
    if wire not in HOMES:
        return ()
    from .loader import manifest_of  # it makes providers

    home = manifest_of(HOMES[wire])
    return home.models if home is not None else ()
