"""Where a recording's file tells something else than its own bytes do, and what they tell."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from attrs import frozen


@frozen
class Misread:
    """A value under `expect` that is not what was recorded.

    Args:
        recording: the recording's id.
        path: where the value stands below `expect`.
        value: what it is.
        reason: how that is known.
    """

    recording: str
    path: tuple[str, ...]
    value: object
    reason: str


MISREAD: tuple[Misread, ...] = (
    Misread(
        "bedrock-cassettes-test-pdf-citations",
        ("text",),
        'The title of this document is "Dummy PDF file".',
        "the file puts the words of citationsContent behind those of all text blocks; in the"
        " answer they stand between two of them",
    ),
    Misread(
        "bedrock-server-error-3",
        ("error", "type"),
        "InternalServerError",
        "the file looks for an error's name in the header alone; it stands in the body as __type"
        " (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html)",
    ),
)
"""Every such value."""


def corrected(recording: str, expect: Mapping[str, Any]) -> Mapping[str, Any]:
    """*expect*, as the file of *recording* has it, with what its bytes tell."""
    faults = [fault for fault in MISREAD if fault.recording == recording]
    if not faults:
        return expect
    result = deepcopy(dict(expect))
    for fault in faults:
        inside = result
        for step in fault.path[:-1]:
            inside = inside[step]
        inside[fault.path[-1]] = fault.value
    return result
