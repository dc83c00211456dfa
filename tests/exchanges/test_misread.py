"""The corrections of recordings: each is still needed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .misread import MISREAD, Misread
from .recording import VARIABLE


@pytest.mark.parametrize("fault", MISREAD, ids=lambda one: one.recording)
def test_each_correction_is_needed(fault: Misread) -> None:
    """A correction stands in the table only as long as the file says something else."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(f"{VARIABLE} does not name a folder of recorded exchanges")
    files = list(Path(folder).glob(f"*/{fault.recording}.json"))
    if not files:
        pytest.skip("the folder does not hold this recording")
    value = json.loads(files[0].read_bytes())["expect"]
    for step in fault.path:
        value = value[step]
    assert value != fault.value
