"""`llmkit.toml`: a user's own providers and the client's defaults, in a file.

[client]
model = "groq/llama-3.3-70b-versatile"
timeout = { connect = 5, total = 60 }   # seconds; a plain number is `total`
attempts = 5
bounds = { event_bytes = 1_000_000 }    # how much a server may send
keyring = true   # ask the OS keyring for keys that are not in the environment

[[providers]]
name = "office"
wire = "openai-chat"
base_url = "https://llm.example.com/v1"
api_key_env = "OFFICE_LLM_KEY"

[providers.quirks]
response_formats = ["text", "json_object"]
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, cast

from attrs import fields

from .._bounds import Bounds
from .._frozen import frozen
from .._http import Timeout
from .._models.adjustments import UNSUPPORTED, Unsupported
from .._retry import RetryPolicy
from ..errors import ConfigurationError, InvalidRequestError
from .checks import is_variable, nearest
from .loader import KEYS, find, provider_of
from .toml_file import Place, TomlFile, read_toml

if TYPE_CHECKING:
    from .provider import Provider

FILE_NAME: Final = "llmkit.toml"

_CLIENT_KEYS: Final = (
    *("model", "provider", "timeout", "attempts", "bounds", "unsupported", "keyring"),
)
_TABLE_KEYS: Final = (*KEYS, "api_key_env")
_LIMITS: Final = tuple(attribute.name for attribute in fields(Timeout))
_BOUNDS: Final = tuple(attribute.name for attribute in fields(Bounds))

_NO_KEYS: Final = (
    "keys do not belong in a file, which is copied and committed; "
    'put the key in an environment variable and its name here: api_key_env = "NAME"'
)


@frozen
class Config:
    """What the user's file and environment say; None and () where they say nothing.

    Args:
        providers: providers to add, or to put in the place of those of the same name.
        model: the default model.
        provider: the default provider.
        timeout: the limits of a call.
        retry: when a call is tried again.
        bounds: how much a server may send.
        unsupported: what to do with parameters that a provider cannot take.
        keyring: whether the OS keyring is asked for keys.
        path: the file that was read, or None.
    """

    providers: tuple[Provider, ...] = ()
    model: str | None = None
    provider: str | None = None
    timeout: Timeout | None = None
    retry: RetryPolicy | None = None
    bounds: Bounds | None = None
    unsupported: Unsupported | None = None
    keyring: bool | None = None
    path: str | None = None


def load_config(path: str | os.PathLike[str] | None = None) -> Config:
    """The user's configuration, read now.

    Whoever may write the file can send a provider's key elsewhere: run programs that read
    it only in directories that you trust, or name the file yourself.

    Args:
        path: the file; by default the one that `LLMKIT_CONFIG` names, else the nearest
            llmkit.toml in the working directory and those above it, else none.

    Returns:
        What it says; `LLMKIT_MODEL` wins over its model.

    Raises:
        ConfigurationError: the file cannot be read, or says something that cannot be right;
            the error has file, line and the nearest right key. Or it was not named, and
            belongs to another user.
    """
    place = path or os.environ.get("LLMKIT_CONFIG") or _nearest_file()
    model = os.environ.get("LLMKIT_MODEL", "").strip() or None
    return _config(read_toml(place), model) if place else Config(model=model)


def _nearest_file() -> str | None:
    try:
        folder = os.getcwd()
    except OSError:  # the working directory is gone
        return None
    while True:
        place = os.path.join(folder, FILE_NAME)
        if os.path.isfile(place):
            _check_owner(place)
            return place
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def _check_owner(place: str) -> None:
    """In a directory that all may write to, such as /tmp, anybody could lead our keys away."""
    if hasattr(os, "geteuid") and os.stat(place).st_uid not in (os.geteuid(), 0):
        raise ConfigurationError(
            f"{place} belongs to another user, who could send your keys elsewhere; "
            "where it is to be read, name it in LLMKIT_CONFIG"
        )


def _config(file: TomlFile, model: str | None) -> Config:
    file.keys(file.data, ("client", "providers"))
    client = file.table(file.data.get("client", {}), ("client",))
    if "api_key" in client:
        raise file.error(("client", "api_key"), _NO_KEYS)
    file.keys(client, _CLIENT_KEYS, ("client",))
    return Config(
        providers=_providers(file),
        model=model or _text(file, client, "model"),
        provider=_text(file, client, "provider"),
        timeout=_timeout(file, client),
        retry=_retry(file, client),
        bounds=_bounds(file, client),
        unsupported=_unsupported(file, client),
        keyring=_flag(file, client, "keyring"),
        path=file.path,
    )


def _providers(file: TomlFile) -> tuple[Provider, ...]:
    tables = file.data.get("providers", [])
    if not isinstance(tables, list):
        raise file.error(("providers",), "must be an array of tables: [[providers]]")
    made: dict[str, Provider] = {}
    for index, item in enumerate(tables):
        place = ("providers", index)
        provider = _provider(file, file.table(item, place), place)
        if provider.name in made:
            raise file.error((*place, "name"), f"there are two providers {provider.name!r}")
        made[provider.name] = provider
    return tuple(made.values())


def _provider(file: TomlFile, table: Mapping[str, object], place: Place) -> Provider:
    if "api_key" in table:
        raise file.error((*place, "api_key"), _NO_KEYS)
    file.keys(table, _TABLE_KEYS, place)
    values = dict(table)
    if "api_key_env" in values:
        if "env" in values:
            raise file.error((*place, "api_key_env"), "is the same as env; give one of them")
        variable = values.pop("api_key_env")
        if not is_variable(variable):
            raise file.error((*place, "api_key_env"), "must be the name of an environment variable")
        values["env"] = [variable]
    name = values.get("name")
    known = find(name) if isinstance(name, str) else None
    if known is not None:
        values["name"] = known.name
        if _wire(values, known) != known.wire:
            known = None  # another wire has other quirks: nothing of the manifest holds
    return provider_of(file, values, place, known)


def _wire(values: Mapping[str, object], known: Provider) -> object:
    """The wire that a table asks for, by its name or by a dialect's."""
    dialect = values.get("dialect")
    twin = find(dialect) if isinstance(dialect, str) else None
    return values.get("wire", (twin or known).wire)


def _text(file: TomlFile, client: Mapping[str, object], key: str) -> str | None:
    value = client.get(key)
    if value is not None and (not isinstance(value, str) or not value):
        raise file.error(("client", key), "must be text")
    return value


def _flag(file: TomlFile, client: Mapping[str, object], key: str) -> bool | None:
    value = client.get(key)
    if value is not None and not isinstance(value, bool):
        raise file.error(("client", key), "must be true or false")
    return value


def _timeout(file: TomlFile, client: Mapping[str, object]) -> Timeout | None:
    place: Place = ("client", "timeout")
    value = client.get("timeout")
    if value is None:
        return None
    limits = value if isinstance(value, dict) else {"total": value}
    file.keys(limits, _LIMITS, place)
    try:
        return cast("Callable[..., Timeout]", Timeout)(**limits)
    except InvalidRequestError as error:
        field, reason = error.field, error.reason
    raise file.error((*place, field) if isinstance(value, dict) else place, reason)


def _bounds(file: TomlFile, client: Mapping[str, object]) -> Bounds | None:
    place: Place = ("client", "bounds")
    if "bounds" not in client:
        return None
    given = file.table(client["bounds"], place)
    file.keys(given, _BOUNDS, place)
    try:
        return cast("Callable[..., Bounds]", Bounds)(**given)
    except InvalidRequestError as error:
        field, reason = error.field, error.reason
    raise file.error((*place, field), reason)


def _retry(file: TomlFile, client: Mapping[str, object]) -> RetryPolicy | None:
    if "attempts" not in client:
        return None
    try:
        return RetryPolicy(attempts=cast("int", client["attempts"]))
    except InvalidRequestError as error:
        reason = error.reason
    raise file.error(("client", "attempts"), reason)


def _unsupported(file: TomlFile, client: Mapping[str, object]) -> Unsupported | None:
    value = client.get("unsupported")
    if value is None or value in UNSUPPORTED:
        return value
    near = nearest(str(value), UNSUPPORTED) or f"; known are {', '.join(UNSUPPORTED)}"
    raise file.error(("client", "unsupported"), f"there is no policy {value!r}{near}")
