"""What is shipped: the wheel and the source archive."""

from __future__ import annotations

import base64
import configparser
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

DEPENDENCIES = {
    *("aiohttp>=3.11", "attrs>=24.1", "cattrs>=24.1", "msgspec>=0.19", "orjson>=3.10"),
    *("requests>=2.32.2", "tenacity>=9.0", "urllib3>=2.2.1"),
}
"""What is installed with llmkit. A line more is one more whom every user must trust."""

EXTRAS = {
    "azure": {"azure-identity>=1.19"},
    "bedrock": {"botocore>=1.35"},
    "cli": {"markdown-it-py>=3.0", "rich>=13.7", "typer>=0.16"},
    "google": {"google-auth[requests]>=2.35"},
    "keyring": {"keyring>=25"},
    "prices": {"genai-prices>=0.2"},
    "pydantic": {"pydantic>=2.10"},
    "watsonx": {"ibm-cloud-sdk-core>=3.22"},
}

OF_EXTRAS = (
    *("azure", "botocore", "genai_prices", "google.auth", "ibm_cloud_sdk_core"),
    *("keyring", "pydantic", "rich", "typer"),
)
"""The modules that the extras bring."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built now."""
    pytest.importorskip("hatchling", reason="of the group `build`")
    from hatchling.builders.wheel import WheelBuilder

    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")))
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in the source archive, its first folder left off."""
    pytest.importorskip("hatchling", reason="of the group `build`")
    from hatchling.builders.sdist import SdistBuilder

    (path,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("sdist")))
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    """Every file of the package, manifests and `py.typed` too; no tests, no .pth."""
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "llmkit").rglob("*")
        if path.is_file() and not re.search(r"/(__pycache__|\.)", path.as_posix())
    }
    assert "llmkit/py.typed" in package
    names = set(wheel.namelist())
    assert {name for name in names if ".dist-info/" not in name} == package
    assert not [name for name in names if name.endswith((".pth", ".so", ".pyc"))]


FORMS = (
    r"llmkit/(\w+/)*\w+\.py",
    r"llmkit/providers/manifests/[a-z0-9-]+\.toml",
    r"llmkit/py\.typed",
    r"llmkit-[^/]+\.dist-info/(METADATA|WHEEL|RECORD|entry_points\.txt|licenses/LICENSE)",
)
"""Every file that the wheel may hold is of one of these forms."""


def test_every_file_of_the_wheel_is_of_a_known_form(wheel: zipfile.ZipFile) -> None:
    """Modules, manifests, `py.typed`, metadata: no tests, no documents, nothing that is binary,
    nothing that runs by itself; and of each form, some."""
    names = wheel.namelist()
    assert [name for name in names if not any(re.fullmatch(form, name) for form in FORMS)] == []
    for form in FORMS:
        assert any(re.fullmatch(form, name) for name in names), form
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"llmkit"}
    assert len([name for name in names if ".dist-info/" in name]) == 5
    for name in names:
        assert b"\x00" not in wheel.read(name), name


def test_the_wheel_is_pure_python_and_its_record_is_right(wheel: zipfile.ZipFile) -> None:
    """For every platform; and an installer can check each file by its hash."""
    assert _metadata(wheel, "WHEEL")["Tag"] == "py3-none-any"
    assert _metadata(wheel, "WHEEL")["Root-Is-Purelib"] == "true"
    (record,) = (name for name in wheel.namelist() if name.endswith("/RECORD"))
    rows = [line.split(",") for line in wheel.read(record).decode().splitlines()]
    assert {name for name, _, _ in rows} == set(wheel.namelist())
    for name, digest, size in rows:
        if name != record:
            made = base64.urlsafe_b64encode(hashlib.sha256(wheel.read(name)).digest())
            assert digest == "sha256=" + made.rstrip(b"=").decode(), name
            assert int(size) == len(wheel.read(name)), name


def test_the_license_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    """Word for word."""
    (name,) = (name for name in wheel.namelist() if name.endswith("/licenses/LICENSE"))
    assert wheel.read(name) == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_needs_just_these(wheel: zipfile.ZipFile) -> None:
    """Each by name and lower bound: a new one is a decision, and this line its record."""
    metadata = _metadata(wheel, "METADATA")
    needs: list[str] = metadata.get_all("Requires-Dist", [])
    assert {need for need in needs if "extra ==" not in need} == DEPENDENCIES
    assert not [need for need in needs if any(sign in need for sign in ("<", "~=", "!=", "@"))]
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"


def test_the_extras_bring_just_these(wheel: zipfile.ZipFile) -> None:
    """And `all` brings those of each other."""
    metadata = _metadata(wheel, "METADATA")
    assert set(metadata.get_all("Provides-Extra", [])) == {*EXTRAS, "all"}
    found: dict[str, set[str]] = {}
    for need in metadata.get_all("Requires-Dist", []):
        what, _, condition = need.partition(";")
        if condition:
            (extra,) = re.findall(r"extra == ['\"](\w+)['\"]", condition)
            found.setdefault(extra, set()).add(what.strip())
    everything = found.pop("all")
    assert found == EXTRAS
    # hatchling writes out what `llmkit[azure,...]` stands for; another builder may not.
    itself = {f"llmkit[{','.join(sorted(EXTRAS))}]"}
    assert everything in (set().union(*EXTRAS.values()), itself)


def test_the_wheel_brings_one_command(wheel: zipfile.ZipFile) -> None:
    """`llmkit` on the path, and no plug-in for any other program."""
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    said = configparser.ConfigParser()
    said.read_string(wheel.read(name).decode())
    assert {section: dict(said[section]) for section in said.sections()} == {
        "console_scripts": {"llmkit": "llmkit.cli:main"}
    }


def _metadata(wheel: zipfile.ZipFile, which: str) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(f".dist-info/{which}"))
    return Parser().parsestr(wheel.read(name).decode())


IMPORTS = """
import importlib, json, os, pkgutil, sys, threading, warnings
events, opened, probes, reads = set(), set(), set(), set()

def reader():
    frame = sys._getframe(2)
    passed = ("os", "_collections_abc", "collections.abc", "socket")
    while frame.f_globals.get("__name__") in passed:
        frame = frame.f_back
    return frame.f_globals.get("__name__", "")

def hook(event, args):
    if event.startswith("socket."):
        probes.add((event, reader()))
    else:
        events.add(event)
    if event == "open":
        opened.add((str(args[0]), str(args[1])))

kind = type(os.environ)
take = kind.__getitem__
def noted(self, name):
    reads.add((reader(), name))
    return take(self, name)
kind.__getitem__ = noted
sys.addaudithook(hook)
import llmkit
alone = sorted(sys.modules)
missing = []
for module in pkgutil.walk_packages(llmkit.__path__, "llmkit."):
    try:
        importlib.import_module(module.name)
    except ImportError as error:
        missing.append((module.name, error.name))
print(json.dumps({
    "events": sorted(events), "opened": sorted(opened), "probes": sorted(probes),
    "reads": sorted(reads), "missing": missing, "alone": alone, "modules": sorted(sys.modules),
    "threads": threading.active_count(), "prefixes": [sys.prefix, sys.base_prefix, *sys.path],
}))
"""

LOADING = {
    *("import", "exec", "compile", "marshal.loads", "code.__new__", "function.__new__"),
    *(
        "open",
        "os.listdir",
        "os.scandir",
        "sys._getframe",
        "sys._getframemodulename",
        "builtins.id",
    ),
    *("object.__getattr__", "object.__setattr__", "object.__delattr__"),
}
"""The audit events of finding modules and running their definitions: no network, no process, no
thread, nothing that changes a file or the environment."""


@pytest.fixture(scope="module")
def imported() -> Any:
    """What happened while every module of llmkit was imported, in a new process."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nothing_runs_at_import(imported: Any) -> None:
    """By the interpreter's own audit events: modules are loaded, and nothing else is done.

    urllib3 makes one socket of its own, to see whether the machine has IPv6; it sends nothing.
    """
    assert set(imported["events"]) - LOADING == set()
    assert imported["threads"] == 1
    assert {event for event, _ in imported["probes"]} <= {"socket.__new__", "socket.bind"}
    assert {who for _, who in imported["probes"]} <= {"urllib3.util.connection"}


def test_nothing_but_modules_is_opened_at_import(imported: Any) -> None:
    """To read, where Python keeps them; no manifest, no settings, nothing of the user's."""
    prefixes = (str(ROOT), *(prefix for prefix in imported["prefixes"] if prefix))
    for path, mode in imported["opened"]:
        assert mode in ("r", "rb", "None"), path
        assert path.endswith((".py", ".pyc", ".so", ".pyd")) or mode == "None", path
        assert path.startswith(prefixes), path


def test_llmkit_reads_no_variable_at_import(imported: Any) -> None:
    """Keys, settings and proxies are looked for when they are needed."""
    assert [row for row in imported["reads"] if row[0].startswith("llmkit")] == []


def test_the_front_door_alone_loads_no_library(imported: Any) -> None:
    """`import llmkit` is one file."""
    assert [name for name in imported["alone"] if name.startswith("llmkit")] == ["llmkit"]
    libraries = ("aiohttp", "attr", "cattrs", "msgspec", "orjson", "requests", "tenacity")
    for name in (*libraries, "urllib3", *OF_EXTRAS):
        assert name not in imported["alone"]


def test_only_rooms_of_extras_need_them(imported: Any) -> None:
    """Where one is not installed, all but its own room can be imported."""
    for module, lacked in imported["missing"]:
        assert module.startswith(("llmkit._auth.google", "llmkit.cli")), module
        assert (lacked or "").startswith(("google", "typer", "rich", "markdown_it")), lacked


USED = """
import asyncio, sys
from llmkit import AsyncClient, ChatCompletionRequest, Client, UserMessage, providers, tool
request = ChatCompletionRequest("echo/demo", [UserMessage("Hi")])
with Client() as client:
    client.chat_completion(request)
    client.chat_completion_stream(request).response()
async def main():
    async with AsyncClient() as client:
        await client.chat_completion(request)
asyncio.run(main())
for name in providers.names():
    providers.get(name)
from llmkit._transports import async_aiohttp, sync_requests
print(*sys.modules)
"""


def test_an_extra_is_loaded_only_where_it_is_used() -> None:
    """Answers, streams, both transports and every manifest need none of them."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", USED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert {"aiohttp", "requests"} <= loaded
    assert loaded.isdisjoint(OF_EXTRAS)


def test_the_lowest_versions_are_tested_too() -> None:
    """There is a session for them, and each dependency has the bound that it tests."""
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    assert "def tests_min(" in noxfile
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(project["dependencies"]) == DEPENDENCIES
    named = project["optional-dependencies"]
    assert {name: set(needs) for name, needs in named.items() if name != "all"} == EXTRAS


def test_the_source_archive_can_be_built_and_tested(sources: set[str]) -> None:
    """With its tests, documents and license; without what tools leave behind."""
    assert {
        *("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md", "noxfile.py"),
        *("llmkit/__init__.py", "llmkit/py.typed", "tests/conftest.py", "docs/index.md"),
    } <= sources
    assert not [name for name in sources if "__pycache__" in name or "_build/" in name]
