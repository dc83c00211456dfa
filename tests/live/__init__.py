"""Whole conversations with servers that llmkit's authors did not write."""

import pytest

# What its assertions compared is told, as in a test's own file.
pytest.register_assert_rewrite(f"{__name__}.expected")
