"""Bodies that llmkit builds from the turns of recordings."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from llmkit import Adjustment
from llmkit._models.adjustments import Adjuster
from llmkit.adapters._base import Endpoint

from .addresses import place_of
from .meaning import Difference
from .recording import Recording
from .turns import FORMS
from .wires import WIRES


def built_body(recording: Recording, form: str) -> tuple[dict[str, Any], tuple[Adjustment, ...]]:
    """The body that llmkit sends for the recording's turn, and what it changed on the way.

    What the provider cannot do is dropped: that is for whoever compares to see.
    """
    assert recording.turn is not None
    adjuster = Adjuster("drop")
    wire = WIRES[recording.wire]
    provider = wire.provider(recording.provider)
    address = place_of(provider, recording).address
    endpoint = Endpoint(
        address.base_url,
        recording.turn["model"],
        adjust=adjuster,
        query=address.query,
        body=address.body,
    )
    request = FORMS[form](recording.turn, provider.name)
    built = wire.adapter(recording).build(request, endpoint, stream=recording.streaming)
    body = json.loads(built.body)
    assert isinstance(body, dict)
    return body, adjuster.made


def request_differences(recording: Recording, form: str) -> list[Difference]:
    """Where the body of the recording's turn means something else than the recorded one.

    A loss that no adjustment tells is marked as silent.
    """
    assert recording.sent is not None
    body, made = built_body(recording, form)
    found = WIRES[recording.wire].differences(body, recording.sent)
    return [_marked(difference, made) for difference in found]


def _marked(difference: Difference, made: Sequence[Adjustment]) -> Difference:
    lost = difference.ours is None and difference.theirs not in (None, False)
    told = any(_place(adjustment.field) == _place(difference.path) for adjustment in made)
    if not lost or told:
        return difference
    return Difference(f"silent: {difference.path}", difference.ours, difference.theirs)


def _place(path: str) -> str:
    """The field, and of a list of messages which one."""
    found = re.match(r"\w+(\[\d+\])?", path)
    return found[0] if found else path
