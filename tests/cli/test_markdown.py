"""Where a growing answer is cut, and that rendering loses nothing."""

from __future__ import annotations

import pytest
from rich.console import Console

from llmkit.cli.markdown import finished_blocks, markdown

TEXT = """# Title

A paragraph
of two lines.

1. one

2. two
   - inner

```python
x = 1

y = 2
```

| a | b |
|---|---|
| 1 | 2 |

The end."""


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 1000])
def test_pieces_give_the_same_blocks(size: int) -> None:
    """Cut after any number of characters, each block is finished once and whole."""
    blocks, rest = [], ""
    for start in range(0, len(TEXT), size):
        done, rest = finished_blocks(rest + TEXT[start : start + size])
        blocks += [done] if done else []
    blocks.append(rest)
    assert "\n\n".join(blocks) == TEXT
    assert sum("x = 1" in block and "y = 2" in block for block in blocks) == 1
    assert sum("1. one" in block and "2. two" in block for block in blocks) == 1


@pytest.mark.parametrize("text", ["", "x", "x\n", "x\n\n", "```\na\n\nb\n", "- a\n\n- b\n"])
def test_a_block_that_may_grow_is_kept(text: str) -> None:
    """Nothing is finished while more text could still belong to it."""
    assert finished_blocks(text) == ("", text)


def test_tags_are_text() -> None:
    """What looks like HTML is part of the answer, and not dropped."""
    console = Console(width=60, no_color=True)
    with console.capture() as capture:
        console.print(markdown("a <b>c</b>\n\n<div>\nd\n</div>"))
    assert "<b>c</b>" in capture.get()
    assert "<div>" in capture.get()


def test_lines_stay_lines() -> None:
    """A poem is not run together."""
    console = Console(width=60, no_color=True)
    with console.capture() as capture:
        console.print(markdown("one\ntwo"))
    assert [line.strip() for line in capture.get().splitlines()] == ["one", "two"]


def test_links_show_their_address() -> None:
    """A link says where it goes."""
    console = Console(width=60, no_color=True)
    with console.capture() as capture:
        console.print(markdown("[here](https://example.com)"))
    assert "https://example.com" in capture.get()
