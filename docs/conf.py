"""The documents: `nox -s docs`, or `sphinx-build docs docs/_build`."""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

import llmkit

project = "llmkit"
author = copyright = "The llmkit authors"
release = version = llmkit.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"llmkit {release}"

myst_heading_anchors = 3

# The docstrings put names between single backticks.
default_role = "code"
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True


def _leave_object_alone(app: Sphinx, doctree: nodes.document) -> None:
    """In a signature `object` is the built-in, not one of the fields of that name."""
    for reference in list(doctree.findall(addnodes.pending_xref)):
        if reference["reftarget"] == "object":
            reference.replace_self(reference.children)


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("doctree-read", _leave_object_alone)
