"""Which room of the house may know which: the rule of docs/architecture.md, held."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from attrs import frozen

import llmkit

PACKAGE = Path(llmkit.__file__).parent

FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "_redaction", "_frozen"),
    ("_json", "_bounds"),
    ("_http", "_retry", "_events"),
    ("_models",),
    ("adapters", "_transports", "_auth"),
    ("providers",),
    ("_core",),
    ("_chat_client", "_stream", "_async_stream"),
    ("chat", "_client", "_async_client", "_tools", "_async_tools"),
    ("conversation", "_conversation_stream"),
    ("testing",),
    ("",),
    ("cli",),
    ("__main__",),
)
"""The rooms from the cellar up. "" is the front door; beside each other on a floor is apart."""

TOGETHER = (
    {"chat", "_client", "_async_client", "_tools", "_async_tools"},
    {"conversation", "_conversation_stream"},
)
"""Rooms of one floor that may know each other: a client opens a chat, a chat calls a client."""

UPWARD_TYPES = {
    *(("errors", "_models.response"), ("errors", "_models.tool_run")),
    *(("errors", "_models.usage"), ("errors", "_retry")),
}
"""Names from above that one below may use in annotations alone: what an error carries."""

ONE_FILE = {
    "requests": "_transports/sync_",
    "urllib3": "_transports/",
    "aiohttp": "_transports/async_",
    "tenacity": "_retry.py",
}
"""Libraries that are imported in one place, given as the beginning of its path."""

READS_ENVIRONMENT = ("providers/", "_transports/environment.py", "cli/")
"""Keys and settings; proxies and the CA bundle; `LLMKIT_MODEL`."""


@frozen
class Import:
    """One import: who, what, and whether it happens when the file is loaded."""

    importer: str
    target: str
    when_loaded: bool = True
    types_only: bool = False


class _Reader(ast.NodeVisitor):
    """Collects a file's imports, each with the place that it stands in."""

    def __init__(self, module: str, is_package: bool) -> None:
        self.found: list[Import] = []
        self._module = module
        self._parts = [*filter(None, module.split("."))]
        if not is_package:
            self._parts.pop()
        self._inside_function = False
        self._inside_types = False

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) == "TYPE_CHECKING":
            self._inside_types = True
            for child in node.body:
                self.visit(child)
            self._inside_types = False
            for child in node.orelse:
                self.visit(child)
        else:
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        before, self._inside_function = self._inside_function, True
        self.generic_visit(node)
        self._inside_function = before

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  # ast's own name

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if not node.level:
            self._add(node.module or "")
            return
        base = self._parts[: len(self._parts) - node.level + 1]
        if node.module:
            base += node.module.split(".")
        package = ".".join(base)
        for alias in node.names:
            if alias.name == "__version__":  # a text that is there before any room is
                continue
            inner = f"{package}.{alias.name}".lstrip(".")
            self._add("llmkit." + (inner if inner in MODULES else package))

    def _add(self, target: str) -> None:
        self.found.append(
            Import(
                self._module,
                target,
                when_loaded=not (self._inside_function or self._inside_types),
                types_only=self._inside_types,
            )
        )


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}
MODULES = set(FILES)


def _imports(module: str) -> list[Import]:
    path = FILES[module]
    reader = _Reader(module, path.name == "__init__.py")
    reader.visit(ast.parse(path.read_text(encoding="utf-8")))
    return reader.found


def _own(module: str) -> Iterator[tuple[Import, str]]:
    """The imports of *module* from inside the package, with the name inside the package."""
    for each in _imports(module):
        if each.target.split(".")[0] == "llmkit":
            yield each, each.target.removeprefix("llmkit").lstrip(".")


def _room(module: str) -> str:
    return module.split(".")[0]


def _floor(room: str) -> int:
    (floor,) = (number for number, rooms in enumerate(FLOORS) if room in rooms)
    return floor


def _relative(module: str) -> str:
    return FILES[module].relative_to(PACKAGE).as_posix()


def test_every_module_is_in_a_room() -> None:
    """A new top-level file must be given its floor here."""
    known = {room for rooms in FLOORS for room in rooms}
    assert {_room(module) for module in MODULES} <= known


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_knows_only_what_is_below_it(module: str) -> None:
    """Imports go down: to a lower floor or inside the room, in functions as anywhere."""
    for each, target in _own(module):
        here, there = _room(module), _room(target)
        if here == there or any({here, there} <= rooms for rooms in TOGETHER):
            continue
        if each.types_only and (module, target) in UPWARD_TYPES:
            continue
        assert _floor(there) < _floor(here), f"{module} imports {target}"


def test_there_is_no_circle() -> None:
    """Among the imports that happen when a file is loaded, inside rooms too."""
    graph = {
        module: {
            target
            for each, target in _own(module)
            # A file may ask its own package for a sibling: that is no circle.
            if each.when_loaded and target != module
        }
        for module in MODULES
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("module", sorted(m for m in MODULES if _room(m) == "_transports"))
def test_a_transport_never_knows_a_model(module: str) -> None:
    """Bytes only: what they mean is not its business."""
    assert [target for _, target in _own(module) if _room(target) == "_models"] == []


WIRE_FILES = sorted(m for m in MODULES if _room(m) == "adapters" and m != "adapters")


def _wire(module: str) -> str | None:
    """Which wire a file of the adapters belongs to; None for what all of them share."""
    from llmkit.adapters import WIRES

    file = module.split(".")[1]
    homes = {home.split(".")[0] for home, _ in WIRES.values()}
    return file if file in homes else None


@pytest.mark.parametrize("module", WIRE_FILES)
def test_an_adapter_never_knows_another(module: str) -> None:
    """Two wires share values and framings, never code of each other's."""
    for _, target in _own(module):
        if _room(target) == "adapters" and target != "adapters":
            assert _wire(target) in (None, _wire(module)), f"{module} imports {target}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_library_is_imported_in_one_place(module: str) -> None:
    """requests, aiohttp and tenacity can be replaced by changing one file each."""
    for each in _imports(module):
        home = ONE_FILE.get(each.target.split(".")[0])
        if home is not None and not each.types_only:
            assert _relative(module).startswith(home), f"{module} imports {each.target}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_the_environment_is_read_in_few_places(module: str) -> None:
    """No adapter, model or client behaves differently by a variable that nobody passed."""
    tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
    reads = any(
        isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id)
        in ("environ", "environb", "getenv")
        for node in ast.walk(tree)
    )
    assert not reads or _relative(module).startswith(READS_ENVIRONMENT)


NEVER_WITH_A_REQUEST = (
    *("aiohttp", "asyncio", "cattrs", "genai_prices", "logging", "pydantic", "requests", "rich"),
    *("ssl", "tenacity", "tomllib", "typer", "typing_extensions", "urllib3"),
)


def _loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after *code*, less those before it."""
    program = (
        f"import sys; before = set(sys.modules)\n{code}\n"
        "print(*sorted(set(sys.modules) - before), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_llmkit_loads_nothing_else() -> None:
    """Not even typing: a command line that may call a model costs nothing until it does."""
    assert _loaded_by("import llmkit") == {"llmkit"}


def test_a_request_loads_no_http_library() -> None:
    """Values are for everyone: who only builds them pays for no client."""
    loaded = _loaded_by("from llmkit import UserMessage, ChatCompletionRequest, LLMKitError")
    assert loaded.isdisjoint(NEVER_WITH_A_REQUEST)


NEVER_WITH_A_CLIENT = (
    *("decimal", "difflib", "llmkit._core.stream", "llmkit._models.accumulate"),
    *("llmkit._models.chunks", "llmkit.adapters.schema_subset", "llmkit.adapters.sse"),
)


@pytest.mark.parametrize("client", ["Client", "AsyncClient"])
def test_a_client_loads_no_more_than_a_plain_call_needs(client: str) -> None:
    """Streams, schemas and the nearest right names wait until they are asked for."""
    loaded = _loaded_by(f"from llmkit import {client}; {client}('openai/gpt-4o', api_key='k')")
    assert loaded.isdisjoint(NEVER_WITH_A_CLIENT)


@pytest.mark.parametrize(("client", "other"), [("Client", "aiohttp"), ("AsyncClient", "requests")])
def test_a_client_loads_no_library_of_the_other_colour(client: str, other: str) -> None:
    """A script needs no event loop's libraries, a service no blocking ones."""
    assert other not in _loaded_by(f"from llmkit import {client}; {client}('echo/demo')")
