"""`llmkit models`: which models a provider has, by its own list."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import ModelInfo
from ..providers import Config, load_config
from .choice import client_of
from .endings import UsageError, ending, tell
from .inputs import write_json
from .table import write_table

_HEADINGS = ("MODEL", "CONTEXT", "OUTPUT", "FOR", "TAKES", "MADE", "BY")


def models(
    provider: Annotated[
        str, typer.Argument(metavar="PROVIDER", help="Whose models; by default, the user's own.")
    ] = "",
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="Only those with TEXT in their names.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The provider's address, instead of its own."),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(help="The longest that the whole list may take, in seconds.")
    ] = None,
) -> None:
    """List the models that a provider has now."""
    with ending():
        config = load_config()
        name = provider or _own(config)
        with client_of(config, None, provider=name, base_url=base_url) as client:
            listed = client.list_models(name, timeout=timeout)
        found = [model for model in listed if _has(model, text)]
        if as_json:
            write_json([model.to_dict() for model in found])
        elif found:
            write_table(_HEADINGS, [_row(model) for model in found])
        if not found:
            told = f"none of them has {text!r} in its name" if listed else "the list is empty"
            tell(f"note: {name} lists {len(listed)} models; {told}")


def _own(config: Config) -> str:
    name = config.provider or (config.model or "").partition("/")[0]
    if not name:
        raise UsageError("name a provider, such as: llmkit models groq")
    return name


def _has(model: ModelInfo, text: str) -> bool:
    wanted = text.casefold()
    return wanted in model.name.casefold() or wanted in (model.display_name or "").casefold()


def _row(model: ModelInfo) -> tuple[str, ...]:
    return (
        model.name,
        _number(model.context_window),
        _number(model.max_output_tokens),
        ", ".join(model.kinds) or "-",
        ", ".join(model.capabilities) or "-",
        "-" if model.created is None else f"{model.created:%Y-%m-%d}",
        model.owned_by or "-",
    )


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)
