"""Every Python block of the README and the documents runs, in order, and has its types right.

A block after a comment `<!-- needs a key -->` or `<!-- needs a server -->` is compiled and
checked, and not run.
"""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from attrs import frozen

import llmkit

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(
    r"(?P<mark><!-- needs [a-z ]+ -->\s+)?^```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
_SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@frozen
class Block:
    """One block of Python: its code, the line it begins on, and whether it can run here."""

    code: str
    line: int
    runs: bool


def _blocks(document: Path) -> list[Block]:
    text = document.read_text(encoding="utf-8")
    return [
        Block(
            found["code"],
            text.count("\n", 0, found.start("code")),
            runs=found["mark"] is None,
        )
        for found in _BLOCK.finditer(text)
    ]


def _shell_blocks() -> list[str]:
    return [found.strip() for found in _SHELL.findall(DOCUMENTS[0].read_text(encoding="utf-8"))]


WITH_CODE = [document for document in DOCUMENTS if _blocks(document)]


@pytest.mark.parametrize("document", WITH_CODE, ids=lambda path: path.name)
def test_the_blocks_run(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, in one module: a later block may use what an earlier made."""
    monkeypatch.chdir(tmp_path)
    module = ModuleType("document")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for block in _blocks(document):
        # The line numbers of a traceback are the document's own.
        code = compile("\n" * block.line + block.code, str(document), "exec")
        if block.runs:
            exec(code, vars(module))


def test_the_blocks_have_their_types_right(tmp_path: Path) -> None:
    """As a user would write them: what is shown passes a strict type checker."""
    pytest.importorskip("mypy", reason="of the group `typing`")
    sources = []
    for document in WITH_CODE:
        source = tmp_path / f"{re.sub(r'[^a-z]', '_', document.stem.lower())}_blocks.py"
        source.write_text("\n".join(block.code for block in _blocks(document)), "utf-8")
        sources.append(str(source))
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", *sources],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_first_command_streams_an_answer_with_its_figures() -> None:
    """What a new user types first, from where the package is installed."""
    pytest.importorskip("typer", reason="of the extra `cli`")
    first = _shell_blocks()[0]
    install, _, run = first.partition(" && ")
    assert install == "python -m pip install -q -e '.[cli]'"
    assert run == 'llmkit chat -v "Hello" -m echo/demo'
    done = subprocess.run(
        [sys.executable, "-m", "llmkit", "chat", "-v", "Hello", "-m", "echo/demo"],
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    assert "Hello" in done.stdout
    assert re.search(r"tokens.* \d[\d.]* ?m?s", done.stderr, re.DOTALL), done.stderr


def test_the_second_command_is_the_one_that_is_run_for_every_change() -> None:
    """`.ci/run` has the README's command word for word."""
    script = ROOT / ".ci" / "run"
    if not script.is_file():
        pytest.skip("not a checkout")
    assert _shell_blocks()[1] in script.read_text(encoding="utf-8").splitlines()


def test_the_readme_counts_the_providers() -> None:
    """Not exactly, and not by far too few; and leads to the page with all of them."""
    from llmkit import providers

    text = DOCUMENTS[0].read_text(encoding="utf-8")
    section = text.partition("## Providers")[2].partition("\n## ")[0]
    told = re.search(r"more than (\d+) providers", section)
    assert told is not None
    assert int(told[1]) < len(providers.names()) <= int(told[1]) + 25
    assert "(docs/provider-list.md)" in section


def test_the_readme_names_only_providers_that_there_are() -> None:
    """In the table of wires."""
    from llmkit import providers

    section = DOCUMENTS[0].read_text(encoding="utf-8").partition("| wire |")[2]
    named = re.findall(r"`([a-z0-9-]+)`", section.partition("\n\n")[0])
    assert len(named) > 10
    assert set(named) <= set(providers.names())


def test_the_page_of_providers_is_what_their_manifests_say() -> None:
    """Each has its place there; `python docs/provider_list.py` writes the page anew."""
    from llmkit import providers

    made = runpy.run_path(str(ROOT / "docs" / "provider_list.py"))
    page = made["PAGE"].read_text(encoding="utf-8")
    assert page == made["page"]()
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == list(providers.names())


def test_the_index_of_aliases_is_what_the_manifests_say() -> None:
    """An alias is found by it; `python docs/provider_list.py` writes it anew."""
    made = runpy.run_path(str(ROOT / "docs" / "provider_list.py"))
    assert made["INDEX"].read_text(encoding="utf-8") == made["index"]()


def test_no_link_between_documents_is_dead() -> None:
    """A link to a file leads to one."""
    dead = [
        f"{document.name}: {target}"
        for document in DOCUMENTS
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text("utf-8"))
        if not (document.parent / target).exists()
    ]
    assert dead == []


def test_the_api_page_lists_every_public_name() -> None:
    """Once."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\.\. auto(?:class|exception|function):: (\w+)$", page, re.MULTILINE)
    modules = {"__version__", "errors", "providers", "testing"}
    assert sorted(listed) == [name for name in llmkit.__all__ if name not in modules]
