"""Every check of the project.

`nox` runs them all but for `bench`, which wants a quiet machine; `nox -s lint` runs one of them,
`nox -s tests-3.12 -- -k stream` a part of one. A Python that is not installed is passed over, and
said so.
"""

from __future__ import annotations

import os
from pathlib import Path

import nox
from packaging.requirements import Requirement

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = False

PYPROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
OLDEST, NEWEST = PYTHONS[0], PYTHONS[-1]
COVERED = 98
"""The least branch coverage, in percent."""


def group(name: str) -> tuple[str, ...]:
    """What the dependency group *name* asks for."""
    return nox.project.dependency_groups(PYPROJECT, name)


def everything() -> str:
    """The project with all its extras."""
    return ".[all]"


@nox.session
def lint(session: nox.Session) -> None:
    """The code's form."""
    session.install(*group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The tests, every warning an error."""
    session.install(everything(), *group("test"))
    session.run("python", "-m", "pytest", "-W", "error", *session.posargs)


@nox.session(python=OLDEST)
def tests_min(session: nox.Session) -> None:
    """The tests on the lowest version of each dependency that pyproject.toml allows."""
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"].values()
    asked = [*project["dependencies"], *(item for extra in extras for item in extra)]
    asked = [item for item in asked if not item.startswith(project["name"])]
    constraints = Path(session.create_tmp()) / "lowest.txt"
    constraints.write_text("".join(f"{lowest(item)}\n" for item in asked))
    session.install("--constraint", str(constraints), everything(), *group("test"))
    session.run("python", "-m", "pytest", "-W", "error", *session.posargs)


def lowest(requirement: str) -> str:
    """*requirement* with its lower bound as the only version."""
    parsed = Requirement(requirement)
    (bound,) = (each.version for each in parsed.specifier if each.operator == ">=")
    return f"{parsed.name}=={bound}"


@nox.session(python=NEWEST)
def coverage(session: nox.Session) -> None:
    """How much of the code the tests run through; both sides of every branch count."""
    session.install(everything(), *group("test"))
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "report", f"--fail-under={COVERED}")


@nox.session(python=OLDEST)
def mypy(session: nox.Session) -> None:
    """The types as mypy sees them: the package, its tests, its examples and its documents."""
    session.install(everything(), *group("typing"))
    session.run("mypy", "--strict", "llmkit", "tests", "examples", "benchmarks", "noxfile.py")
    session.run("mypy", "--strict", "docs/provider_list.py")
    session.run("python", "-m", "pytest", "-q", "tests/test_docs.py", "-k", "types")
    session.run("python", "-m", "pytest", "-q", "tests/typing")  # pyright's view of them, too


@nox.session(python=OLDEST)
def verifytypes(session: nox.Session) -> None:
    """The types as pyright sees them from outside: every public name has one."""
    session.install(everything(), *group("typing"))
    # Away from the checkout, where the installed package is the only one to be found.
    session.chdir(session.create_tmp())
    session.run("pyright", "--verifytypes", "llmkit", "--ignoreexternal")


@nox.session(python=NEWEST)
def docs(session: nox.Session) -> None:
    """The documents; they land in docs/_build."""
    session.install(everything(), *group("docs"))
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build")


@nox.session(python=OLDEST, default=False)
def bench(session: nox.Session) -> None:
    """What llmkit costs, beside the bare libraries and other SDKs; they install on the first run.

    `nox -s bench -- --quick --only llmkit,raw --only-measure sync`: see benchmarks/README.md.
    """
    kept = str(Path(session.cache_dir) / "bench")
    session.run("python", "-m", "benchmarks", "--environments", kept, *session.posargs)


@nox.session(python=OLDEST, default=False)
def soak(session: nox.Session) -> None:
    """100,000 calls and 10,000 streams in each colour, a tenth of which is made to fail.

    `nox -s soak -- --calls 1000 --streams 100 --colour async` does fewer.
    """
    session.install(everything(), *group("test"))
    session.chdir("tests")
    session.run("python", "-m", "soak", *session.posargs)


@nox.session(python=OLDEST, default=False)
def fuzz(session: nox.Session) -> None:
    """Any bytes into every decoder and parser, by atheris, until their time is up.

    `nox -s fuzz -- --seconds 600 sse openai-chat-stream`; without names, all of them. What breaks
    a rule is kept in tests/fuzz/corpus.
    """
    session.install(everything(), *group("test"), *group("fuzz"))
    learnt = str(Path(session.cache_dir) / "fuzz")
    command = ("python", "-m", "fuzz.harness", "--corpus", learnt, *session.posargs)
    session.run(*command, env={"PYTHONPATH": os.pathsep.join((".", "tests"))})


@nox.session(python=NEWEST)
def build(session: nox.Session) -> None:
    """What a user gets: the archives, and the package installed from the wheel."""
    session.install(*group("build"), *group("test"))
    dist = Path(session.create_tmp()) / "dist"
    session.run("python", "-m", "build", "--outdir", str(dist))
    (wheel,) = sorted(dist.glob("*.whl"))[-1:]
    session.install("--force-reinstall", str(wheel))  # and with it no extra
    session.run("python", "-m", "pytest", "-q", "--noconftest", "tests/test_package.py")
    session.chdir(dist)
    session.run("python", "-W", "error", "-c", "import llmkit; print(llmkit.Client('echo/demo'))")
