"""Single parts of messages, said in the wire's form.

Source: https://ai.google.dev/api/caching#Part
"""

from __future__ import annotations

import base64
import mimetypes
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..._frozen import frozen
from ..._json import JsonValue
from ..._models.messages import AssistantPart
from ..._models.parts import AudioPart, FilePart, ImagePart, ReasoningPart, RefusalPart, TextPart
from ..._models.tools import ToolCall
from ...errors import InvalidRequestError, ToolArgumentsError
from .._base import Endpoint
from .answer import SEAL_OF_MEDIA, is_made_up

if TYPE_CHECKING:
    from . import Gemini

JsonDict = dict[str, JsonValue]


@frozen
class Speech:
    """What is needed to say a message: the adapter, and where it goes."""

    wire: Gemini
    endpoint: Endpoint

    def foreign(self, provider: str | None) -> bool:
        """Whether what *provider* made is not for this one to see."""
        return provider is not None and provider != (self.wire.provider or None)


def user_part(speech: Speech, part: object, field: str) -> JsonDict | None:
    """A part of what a user says; None where the wire has no word for it."""
    adjust = speech.endpoint.adjust
    if getattr(part, "cache_control", None) is not None:
        adjust.note("dropped", f"{field}.cache_control", "the provider caches by itself")
    if isinstance(part, TextPart):
        return {"text": part.text}
    if not isinstance(part, ImagePart | AudioPart | FilePart):
        adjust.unsupported(field, f"the wire takes no {type(part).__name__} in a message")
        return None
    if isinstance(part, FilePart):
        if part.citations:
            adjust.unsupported(f"{field}.citations", "the wire cites no documents of a message")
        if part.filename is not None:
            adjust.note("dropped", f"{field}.filename", "the wire has no place for it")
    if isinstance(part, AudioPart) and part.transcript is not None:
        adjust.note("dropped", f"{field}.transcript", "the sound itself is sent")
    return media(speech, part)


def media(speech: Speech, part: ImagePart | AudioPart | FilePart) -> JsonDict:
    """An image, a recording or a document: by its bytes, or by its address."""
    if part.data is not None:
        data = base64.b64encode(part.data).decode("ascii")
        return {"inlineData": {"mimeType": part.media_type, "data": data}}
    uri = part.url or part.file_id or ""
    if uri.startswith("files/"):  # a name of the Files API, which goes by its address
        uri = f"{speech.endpoint.base_url}/{uri}"
    file: JsonDict = {"fileUri": uri}
    media_type = part.media_type or mimetypes.guess_type(urlsplit(uri).path)[0]
    if media_type is not None:
        file["mimeType"] = media_type
    return {"fileData": file}


def assistant_part(
    speech: Speech, part: AssistantPart, field: str, said: list[JsonDict]
) -> JsonDict | None:
    """A part of what the model has said; *said* are the parts before it."""
    adjust = speech.endpoint.adjust
    match part:
        case TextPart():
            if not part.text and part.signature is None:
                return None
            if part.cache_control is not None:
                reason = "the provider caches by itself"
                adjust.note("dropped", f"{field}.cache_control", reason)
            return _sealed(speech, {"text": part.text}, part, field)
        case ToolCall():
            return _call(speech, part, field)
        case ReasoningPart():
            return _reasoning(speech, part, field, said)
        case RefusalPart():
            adjust.note("rewritten", field, "a refusal as text")
            return {"text": part.text}
        case AudioPart() if part.file_id is not None and part.transcript:
            adjust.note("rewritten", field, "what was said, as text")
            return {"text": part.transcript}
        case _:
            return user_part(speech, part, field)


def _sealed(speech: Speech, said: JsonDict, part: TextPart | ToolCall, field: str) -> JsonDict:
    if part.signature is None:
        return said
    if speech.foreign(part.provider):
        reason = f"a signature of {part.provider}, for it alone"
        speech.endpoint.adjust.note("dropped", f"{field}.signature", reason)
        return said
    return {**said, "thoughtSignature": part.signature}


def _call(speech: Speech, call: ToolCall, field: str) -> JsonDict:
    try:
        arguments = call.arguments
    except ToolArgumentsError as error:
        reason = error.message
    else:
        function: JsonDict = {"name": call.name, "args": arguments}
        if own_id(speech, call):
            function["id"] = call.id
        return _sealed(speech, {"functionCall": function}, call, field)
    raise InvalidRequestError(f"{reason}; this wire takes an object only", field=field)


def own_id(speech: Speech, call: ToolCall) -> bool:
    """Whether the provider itself gave *call* its id: then it wants to see it again.

    Elsewhere the name and the order tell which result is of which call, as before Gemini 3.
    """
    owner = call.provider is not None and not speech.foreign(call.provider)
    return owner and not is_made_up(call.id)


def _reasoning(
    speech: Speech, part: ReasoningPart, field: str, said: list[JsonDict]
) -> JsonDict | None:
    if speech.foreign(part.provider):
        reason = f"thinking of {part.provider}, for it alone"
        speech.endpoint.adjust.note("dropped", field, reason)
        return None
    seal: JsonDict = {} if part.signature is None else {"thoughtSignature": part.signature}
    if part.raw is None:
        if not part.text and not seal:
            speech.endpoint.adjust.note("dropped", field, "the wire takes no thinking of this form")
            return None
        return {"text": part.text, "thought": True, **seal}
    if part.raw != SEAL_OF_MEDIA:
        return {**part.raw, **seal}
    if said and "inlineData" in said[-1]:
        said[-1].update(seal)
    return None
