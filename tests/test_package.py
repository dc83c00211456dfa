"""What is shipped: the wheel and the source archive."""

from __future__ import annotations

import re
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

hatchling = pytest.importorskip("hatchling", reason="of the group `build`")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built now."""
    from hatchling.builders.wheel import WheelBuilder

    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")))
    return zipfile.ZipFile(path)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in the source archive, its first folder left off."""
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


def test_the_wheel_says_what_it_needs(wheel: zipfile.ZipFile) -> None:
    """The libraries of pyproject.toml, by lower bounds only; the extras need extra words."""
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = Parser().parsestr(wheel.read(name).decode())
    needs: list[str] = metadata.get_all("Requires-Dist", [])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(need for need in needs if "extra ==" not in need) == project["dependencies"]
    assert not [need for need in needs if any(sign in need for sign in ("<", "~=", "!="))]
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    """`llmkit` on the path."""
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "llmkit = llmkit.cli:main" in wheel.read(name).decode()


def test_the_source_archive_can_be_built_and_tested(sources: set[str]) -> None:
    """With its tests, documents and license; without what tools leave behind."""
    assert {
        *("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "noxfile.py"),
        *("llmkit/__init__.py", "llmkit/py.typed", "tests/conftest.py", "docs/index.md"),
    } <= sources
    assert not [name for name in sources if "__pycache__" in name or "_build/" in name]
