"""`import llmkit`: its names, found when they are asked for."""

from __future__ import annotations

import ast
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

import llmkit
from llmkit import errors

SOURCE = ast.parse(Path(llmkit.__file__).read_text(encoding="utf-8"))
NAMES = [name for name in llmkit.__all__ if name != "__version__"]


def _names_for_type_checkers() -> dict[str, str]:
    """What stands under `if TYPE_CHECKING:`, each name with its module."""
    (block,) = (
        node
        for node in SOURCE.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    return {
        alias.asname or alias.name: node.module or alias.name
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_all_is_sorted_and_has_no_name_twice() -> None:
    """A reader finds a name, and a change is one line."""
    assert llmkit.__all__ == sorted(set(llmkit.__all__))


def test_type_checkers_see_the_same_names_from_the_same_modules() -> None:
    """The three lists in the file are one."""
    home: dict[str, str] = vars(llmkit)["_HOME"]
    assert _names_for_type_checkers() == home
    assert sorted(home) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there(name: str) -> None:
    """And what has a module and a name of its own says the ones that users see."""
    assert getattr(llmkit, name) is not None


def test_every_error_is_at_the_front_door() -> None:
    """Nobody looks for one."""
    assert set(errors.__all__) <= set(llmkit.__all__)


def test_dir_lists_the_names() -> None:
    """Completion in a shell works before anything is loaded."""
    program = "import llmkit; print(*dir(llmkit))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == llmkit.__all__


def test_a_wrong_name_is_an_attribute_error() -> None:
    """So `hasattr` works, and `from llmkit import wrong` is an ImportError."""
    with pytest.raises(AttributeError, match="'llmkit' has no attribute 'Clinet'"):
        getattr(llmkit, "Clinet")  # noqa: B009  # a type checker would see through the plain form
    with pytest.raises(ImportError):
        exec("from llmkit import Clinet", {})


def test_a_class_pickles_by_its_module() -> None:
    """Lazy names are the classes themselves."""
    assert pickle.loads(pickle.dumps(llmkit.Usage)) is llmkit.Usage


def test_the_version_is_one() -> None:
    """In the form that package indexes take."""
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc|\.dev)\d+)?", llmkit.__version__)


def test_the_floor_plan_names_every_room() -> None:
    """The docstring of the front door leaves none out."""
    package = Path(llmkit.__file__).parent
    rooms = {
        path.stem
        for path in package.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    named = set(re.findall(r"`(\w+)`", ast.get_docstring(SOURCE) or ""))
    assert rooms - {"__init__", "__main__"} <= named
