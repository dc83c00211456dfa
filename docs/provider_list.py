"""Write what is made from the manifests: `python docs/provider_list.py`, from the project's root.

That is the page provider-list.md, and the package's index of aliases, which lets it find a
provider without a look into every manifest. A test holds both to the manifests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from llmkit import providers
from llmkit._auth import EXCHANGED
from llmkit._models.media import shown_size
from llmkit.providers import MediaLimits, Provider
from llmkit.providers.placeholders import variables_of

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "provider-list.md"
INDEX: Final = ROOT / "llmkit" / "providers" / "aliases.py"

_CHOICES: Final = ("auto", "none", "required", "named")
_CANNOT: Final = {
    "tools": "tools",
    "images": "images",
    "image_urls": "addresses of images",
    "audio": "sound",
    "files": "files",
    "file_urls": "addresses of files",
    "message_names": "names on messages",
    "forced_tools": "a tool that must be called",
    "strict_tools": "`strict` on tools",
}
"""What an adapter cannot do where the field of that name is false."""

_HEAD: Final = """\
# Every provider

llmkit knows {count} providers. This page is made from their manifests by
`docs/provider_list.py`; [Providers](providers.md) says what it all means. `llmkit providers NAME`
shows the same on the command line, and `llmkit.providers.get("NAME")` in Python.

*Refuses* is what ends in an error before anything is sent, unless `unsupported` says otherwise.
What is not said there is sent as it is. *Thinking* is what `reasoning_effort` may be, where not
every word is taken. A rule for some models says in which of the wire's quirks they differ; the
first that matches counts.

"""


def page() -> str:
    """The page."""
    known = [providers.get(name) for name in providers.names()]
    lines = [
        _HEAD.format(count=len(known)),
        "| provider | wire | key | models |\n",
        "|---" * 4,
        "|\n",
    ]
    lines += [_row(provider) for provider in known]
    lines += [_section(provider) for provider in known]
    return "".join(lines)


def index() -> str:
    """The module with the aliases of all manifests."""
    known = {alias: name for name in providers.names() for alias in providers.get(name).aliases}
    rows = "".join(f'    "{alias}": "{name}",\n' for alias, name in sorted(known.items()))
    return (
        '"""Aliases and the providers that have them: `docs/provider_list.py` writes this file.\n\n'
        "It says again what the manifests say, so that only one of them need be read.\n"
        '"""\n\nfrom __future__ import annotations\n\nfrom typing import Final\n\n'
        f"ALIASES: Final = {{\n{rows}}}\n"
    )


def _row(provider: Provider) -> str:
    key = f"`{provider.env[0]}`" if provider.env and provider.auth else _no_key(provider)
    listed = "listed" if provider.models_path else ""
    link = f"[{provider.title}](#{provider.name.replace('.', '')})"
    return f"| {link} | `{provider.wire}` | {key} | {listed} |\n"


def _no_key(provider: Provider) -> str:
    return f"signed ({provider.credentials})" if provider.credentials else "none"


def _section(provider: Provider) -> str:
    title = provider.title
    source = f"[{title}]({provider.docs_url})" if provider.docs_url else title
    facts = "".join(f"- {what}: {said}\n" for what, said in _facts(provider) if said)
    return f"\n## {provider.name}\n\n{source}\n\n{facts}"


def _facts(provider: Provider) -> Iterator[tuple[str, str]]:
    adapter = provider.adapter()
    yield "closed", provider.closed or ""
    yield "also called", _code(provider.aliases)
    yield "wire", f"`{provider.wire}`"
    yield "address", _either([f"`{provider.base_url}`", *map(_coded, provider.env_base_url)])
    yield from ((f"`{{{name}}}`", _code(variables_of(provider, name), " or "))
                for name in provider.placeholders)  # fmt: skip
    yield "key", _key(provider)
    yield "models", "listed" if provider.models_path else "not listed"
    yield "in each request", _pairs(provider.body)
    yield "refuses", ", ".join(_refused(adapter))
    yield "media at most", _media(provider.media)
    yield "thinking", _thinking(adapter)
    for rule in provider.models:
        yield f"models {_code(rule.match)}", _pairs(rule.quirks) or "as said above"


def _media(limits: MediaLimits) -> str:
    """How much of them it takes."""
    sizes = {"an image": limits.image, "a recording": limits.audio, "a file": limits.file}
    told = [f"{shown_size(size)} {what}" for what, size in sizes.items() if size]
    if limits.request:
        told.append(f"{shown_size(limits.request)} in base64 a request")
    if limits.images:
        told.append(f"{limits.images} images a request")
    return ", ".join(told)


def _key(provider: Provider) -> str:
    if provider.auth is None:
        return _no_key(provider)
    where = f"in `{provider.auth.header}`"
    names = _code(provider.env, " or ")
    if not names:
        return f"none is needed; one that is given goes {where}"
    if provider.credentials in EXCHANGED:
        return f"{names}, exchanged for a token that goes {where}"
    without = f"; without one, {_no_key(provider)}" if provider.credentials else ""
    needed = "" if provider.key_required or provider.credentials else ", where it is needed"
    return f"{names}, {where}{needed}{without}"


def _refused(adapter: object) -> Iterator[str]:
    """What the adapter takes from nobody, as far as a request has a word for it."""
    refused = sorted(getattr(adapter, "refuses", ()))
    yield from (_coded(name) if name != "sampling" else "all of sampling" for name in refused)
    yield from (said for name, said in _CANNOT.items() if getattr(adapter, name, True) is False)
    known = getattr(adapter, "tool_choices", _CHOICES)
    yield from (f"`tool_choice` {word}" for word in _CHOICES if word not in known)
    most = getattr(adapter, "max_stop", None)
    if most is not None:
        yield f"more than {most} {'text' if most == 1 else 'texts'} in `stop`"
    for name, (low, high) in sorted(getattr(adapter, "ranges", {}).items()):
        yield f"`{name}` outside of {low:g} to {high:g}"


def _thinking(adapter: object) -> str:
    if getattr(adapter, "effort", "") is None or "reasoning_effort" in getattr(
        adapter, "refuses", ()
    ):
        return "cannot be asked for"
    if getattr(adapter, "effort", None) in ("thinking_switch", "enable_thinking", "chat_template"):
        return "a switch: off with `none`, on with any other word"
    return _code(getattr(adapter, "efforts", ()))


def _pairs(table: Mapping[str, object]) -> str:
    return ", ".join(f"`{name} = {_value(value)}`" for name, value in table.items())


def _value(value: object) -> str:
    """*value* as a manifest has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_value(item)}' for key, item in value.items())} }}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return f"{value}"


def _either(said: list[str]) -> str:
    first, *others = said
    return f"{first}, or what {' or '.join(others)} says" if others else first


def _code(names: tuple[str, ...], between: str = ", ") -> str:
    return between.join(map(_coded, names))


def _coded(name: str) -> str:
    return f"`{name}`"


def main() -> None:
    """Write the files."""
    INDEX.write_text(index(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
