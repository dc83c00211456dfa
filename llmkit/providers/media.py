"""How much media a provider takes in one request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from attrs import Attribute, evolve, field, fields

from .._frozen import frozen
from .._models.media import shown_size
from .._models.parts import AudioPart, FilePart, ImagePart
from .._models.plain import holds
from ..errors import UnsupportedParameterError
from . import checks as check
from .checks import FieldError

if TYPE_CHECKING:
    from .._models.messages import Message


def _amount(_: object, attribute: Attribute[int | None], value: object) -> None:
    if value is not None and (type(value) is not int or value < 1):
        reason = f"must be an integer of 1 or more, or None, not {value!r}"
        raise FieldError(f"media.{attribute.name}", reason)


def _media_types(_: object, attribute: Attribute[tuple[str, ...]], value: object) -> None:
    if not isinstance(value, tuple) or not all(isinstance(item, str) for item in value):
        raise FieldError(f"media.{attribute.name}", "must be a list of media types")


@frozen(kw_only=True)
class MediaLimits:
    """The most that a provider takes, as its documents tell; None: they tell none.

    Args:
        image: bytes of one image, as a file: where a provider counts them in base64, three
            quarters of that.
        audio: bytes of one recording, likewise.
        file: bytes of one file, likewise.
        unbounded_files: media types of files that `file` does not hold for.
        request: bytes of all media of a request together, in base64.
        images: how many images a request may have.
    """

    image: int | None = field(default=None, validator=_amount)
    audio: int | None = field(default=None, validator=_amount)
    file: int | None = field(default=None, validator=_amount)
    unbounded_files: tuple[str, ...] = field(
        default=(), converter=check.as_tuple, validator=_media_types
    )
    request: int | None = field(default=None, validator=_amount)
    images: int | None = field(default=None, validator=_amount)

    def over(self, base: MediaLimits) -> MediaLimits:
        """These, and those of *base* where there are none of them."""
        own = {item.name: getattr(self, item.name) for item in fields(MediaLimits)}
        return evolve(base, **{name: value for name, value in own.items() if value})


def limits_of(given: MediaLimits | Mapping[str, object]) -> MediaLimits:
    """*given*, or what a manifest's table says.

    Raises:
        ConfigurationError: it is neither; the error names the key.
    """
    if isinstance(given, MediaLimits):
        return given
    if not isinstance(given, Mapping):
        raise FieldError("media", f"must be a MediaLimits, not {check.kind(given)}")
    known = [item.name for item in fields(MediaLimits)]
    for name in given:
        if name not in known:
            near = check.nearest(name, known) or f"; known are {', '.join(known)}"
            raise FieldError(f"media.{name}", f"is no limit{near}")
    return MediaLimits(**given)  # type: ignore[arg-type]  # its validators see to that


NO_LIMITS: Final = MediaLimits()

_MEDIA: Final = (ImagePart, AudioPart, FilePart)


def check_media(messages: Sequence[Message], limits: MediaLimits, provider: str) -> None:
    """Check that the media in *messages* are not too large, or too many, for *provider*.

    Raises:
        UnsupportedParameterError: they are; the error names the part, its size and the limit.
    """
    if not holds(messages, _MEDIA) or limits == NO_LIMITS:
        return
    total, images = 0, 0
    for role, place, part in _media(messages):
        images += isinstance(part, ImagePart)
        if part.data is not None:
            size = len(part.data)
            total += -(-size // 3) * 4
            limit = _limit(part, limits)
            if limit is not None and size > limit:
                kind = type(part).__name__
                raise _too_large(
                    f"{place} ({kind} in {_a(role)} {role} message): holds {shown_size(size)}, "
                    f"and {provider} takes {shown_size(limit)} at most",
                    place,
                    provider,
                )
        if limits.images is not None and images > limits.images:
            told = f"{place}: {provider} takes {limits.images} images in a request at most"
            raise _too_large(told, place, provider)
    if limits.request is not None and total > limits.request:
        raise _too_large(
            f"messages: the media in them are {shown_size(total)} in base64, and {provider} takes "
            f"{shown_size(limits.request)} in a request at most",
            "messages",
            provider,
        )


def _media(
    messages: Sequence[Message],
) -> Iterator[tuple[str, str, ImagePart | AudioPart | FilePart]]:
    for index, message in enumerate(messages):
        where = "parts" if message.role == "assistant" else "content"
        for place, part in enumerate(message.parts):
            if isinstance(part, _MEDIA):
                yield message.role, f"messages[{index}].{where}[{place}]", part


def _limit(part: ImagePart | AudioPart | FilePart, limits: MediaLimits) -> int | None:
    if isinstance(part, ImagePart):
        return limits.image
    if isinstance(part, AudioPart):
        return limits.audio
    return None if part.media_type in limits.unbounded_files else limits.file


def _a(role: str) -> str:
    return "an" if role == "assistant" else "a"


def _too_large(told: str, place: str, provider: str) -> UnsupportedParameterError:
    return UnsupportedParameterError(f"{provider}: {told}", parameter=place, provider=provider)
