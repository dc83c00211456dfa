"""Images and sound in an answer: OpenRouter's images, OpenAI's audio."""

from __future__ import annotations

import base64
from binascii import Error as Base64Error
from collections.abc import Mapping

from ..._models.parts import AudioPart, ImagePart
from ...errors import InvalidRequestError

_STREAMED = "audio/pcm"
"""What sound is that does not tell it by its first bytes: a stream brings `pcm16` alone.

Source: https://platform.openai.com/docs/guides/audio
"""


def images(message: Mapping[str, object]) -> list[ImagePart]:
    """The images of a message or a delta.

    Source: https://openrouter.ai/docs/features/multimodal/image-generation
    """
    parts: list[ImagePart] = []
    given = message.get("images")
    for item in given if isinstance(given, list) else []:
        inner = item.get("image_url") if isinstance(item, dict) else None
        url = inner.get("url") if isinstance(inner, dict) else inner
        if isinstance(url, str) and url:
            try:
                parts.append(ImagePart.from_url(url))
            except InvalidRequestError:
                continue  # it stays in `raw`
    return parts


class Sound:
    """The audio of an answer, as far as it has come; of a whole answer, at once."""

    def __init__(self) -> None:
        self._id = ""
        self._pieces: list[bytes] = []
        self._words: list[str] = []

    def add(self, given: object) -> None:
        """Take the `audio` of a message or of a delta."""
        if not isinstance(given, dict):
            return
        if isinstance(name := given.get("id"), str):
            self._id = self._id or name
        if isinstance(words := given.get("transcript"), str):
            self._words.append(words)
        if isinstance(data := given.get("data"), str):
            try:
                self._pieces.append(base64.b64decode(data, validate=True))
            except (Base64Error, ValueError):
                return  # it stays in `raw`

    def part(self) -> AudioPart | None:
        """All of it; None where there is none."""
        data, name = b"".join(self._pieces) or None, self._id or None
        if data is None and name is None:
            return None
        transcript = "".join(self._words) or None
        try:
            return AudioPart(data=data, file_id=name, transcript=transcript)
        except InvalidRequestError:  # its form is not known by its bytes
            return AudioPart(data=data, file_id=name, transcript=transcript, media_type=_STREAMED)
