"""`llmkit keys`: keys in the OS keyring, by the library `keyring` (extra `keyring`)."""

from __future__ import annotations

import getpass
from contextlib import suppress
from typing import Annotated, Final

import typer

from ..providers import Provider, load_config, os_keyring
from ..providers.keys import first_set, key_variables, resolve_key
from .choice import known_providers, provider_named
from .endings import UsageError, ending, tell
from .inputs import piped_text
from .render import asks_on_terminal
from .table import write_table

keys: typer.Typer = typer.Typer(
    name="keys",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# A key that somebody types there is not repeated by the error that refuses it.
_TAKES_MORE: Final = {"allow_extra_args": True, "ignore_unknown_options": True}

_Name = Annotated[str, typer.Argument(metavar="PROVIDER", help="Whose key.")]


@keys.callback(invoke_without_command=True)
def listed(context: typer.Context) -> None:
    """Keys in the OS keyring: list who has one, and never the keys."""
    if context.invoked_subcommand is None:
        with ending():
            _list()


@keys.command("set", context_settings=_TAKES_MORE)
def keep(context: typer.Context, provider: _Name) -> None:
    """Keep a provider's key there: it is asked for, or stdin."""
    with ending():
        if context.args:
            raise UsageError(
                "a key is not given on the command line, where others see it: "
                "it is asked for, or read from stdin"
            )
        of = provider_named(provider, load_config().providers)
        if of.auth is None:
            raise UsageError(f"{of.name} takes no key")
        key = _asked(of)
        os_keyring.write(of.name, key)
        tell(f"the key of {of.name} is in the OS keyring")
        _tell_what_wins(of)


@keys.command("delete")
def delete(provider: _Name) -> None:
    """Delete a provider's key there."""
    with ending():
        name = provider_named(provider, load_config().providers).name
        if not os_keyring.delete(name):
            raise UsageError(f"the OS keyring has no key of {name}")
        tell(f"the OS keyring has no key of {name} any more")


def _list() -> None:
    rows = []
    for provider in known_providers(load_config().providers):
        if provider.auth is not None and os_keyring.read(provider.name) is not None:
            variable = first_set(key_variables(provider))
            rows.append((provider.name, "-" if variable is None else variable))
    if rows:
        write_table(("PROVIDER", "SET IN THE ENVIRONMENT, WHICH WINS"), rows)
    else:
        tell("the OS keyring has no keys; `llmkit keys set PROVIDER` puts one there")


def _asked(provider: Provider) -> str:
    """The key: from the terminal, without being shown, or else from stdin.

    Raises:
        UsageError: there is none.
        ConfigurationError: no header can carry it.
    """
    said = piped_text()
    if asks_on_terminal():
        with suppress(EOFError):
            said = getpass.getpass(f"Key of {provider.name}: ")
    if not said.strip():
        raise UsageError("there is no key: nothing was said")
    return resolve_key(provider, said) or ""


def _tell_what_wins(provider: Provider) -> None:
    variable = first_set(key_variables(provider))
    if variable is not None:
        tell(f"note: {variable} is set in the environment, and comes before it")
