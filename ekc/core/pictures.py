"""Pictures that people send: checked, and made anew, so that nothing of the file they sent is kept.

What comes out is one JPEG of a size that fits paper, upright, without EXIF (place, time, device), colour profile or
whatever else was in the file. Only JPEG, PNG and WebP are read, by Pillow, each by its own decoder; how large a picture
is stands in its first bytes, and is looked at before any of it is unpacked (ADR 57).
"""

from dataclasses import dataclass
from io import BytesIO

#: The largest file that is read, in bytes: a photo of a telephone.
LARGEST = 12 * 2**20
_FORMATS = ("JPEG", "PNG", "WEBP")
_MOST_PIXELS = 80_000_000  # in the file
_MOST_UNPACKED = 16_000_000  # in memory: of a JPEG no more is unpacked than is needed, unless it comes in passes
#: A JPEG may go over the whole picture in passes, each of a hundred bytes: cameras make one, and programs ten.
_MOST_PASSES = 50
_BEGINS_PASS = b"\xff\xda"
_LONGEST_SIDE = 2000  # pixels, of what is kept: A4 at 170 dots an inch
_QUALITY = 85


class NoPicture(ValueError):  # noqa: N818 - an expected outcome
    """A file that is no picture which can be read."""


class PictureTooLarge(NoPicture):
    """A file with too many bytes, or a picture with too many pixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept: a JPEG, and its size in pixels."""

    jpeg: bytes
    width: int
    height: int


def made_anew(sent: bytes) -> Picture:
    """The picture in a file that somebody sent. Raises PictureTooLarge or NoPicture."""
    from PIL import Image, ImageFile, ImageOps  # noqa: PLC0415 - takes time, and few requests send a picture

    _refuse_large(len(sent), LARGEST)
    if sent.count(_BEGINS_PASS) > _MOST_PASSES and sent.startswith(b"\xff\xd8"):
        raise NoPicture
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint allows half a picture, in all of its process
    try:
        with Image.open(BytesIO(sent), formats=_FORMATS) as found:
            _refuse_large(found.width * found.height, _MOST_PIXELS)
            if not found.info.get("progressive"):
                found.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
            _refuse_large(found.width * found.height, _MOST_UNPACKED)
            shown = found.convert("RGBA") if found.mode in {"1", "P"} else found  # else letters would lose their shape
            shown.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            layers = ImageOps.exif_transpose(shown).convert("RGBA")
            plain = Image.new("RGB", layers.size, "white")
            plain.paste(layers, mask=layers.getchannel("A"))
            kept = BytesIO()
            plain.save(kept, "JPEG", quality=_QUALITY, optimize=True)
    except NoPicture:
        raise
    except Image.DecompressionBombError:
        raise PictureTooLarge from None
    except Exception:  # a decoder meets a broken file in many ways, and all of them mean the same
        raise NoPicture from None
    return Picture(kept.getvalue(), plain.width, plain.height)


def _refuse_large(size: int, most: int) -> None:
    if size > most:
        raise PictureTooLarge
