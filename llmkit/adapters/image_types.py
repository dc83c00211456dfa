"""Which forms of images a provider takes, where its documents tell."""

from __future__ import annotations

from collections.abc import Sequence

from .._models.parts import ImagePart


def other_image(part: object, known: Sequence[str]) -> str | None:
    """Why *part* cannot be sent where only the media types *known* are taken; None: it can.

    What is elsewhere is the provider's own to look at.
    """
    if not isinstance(part, ImagePart) or part.data is None or not known:
        return None
    given = (part.media_type or "").partition(";")[0].strip().lower()
    return None if given in known else f"the provider takes {', '.join(known)}, not {given}"
