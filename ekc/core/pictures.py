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
_MOST_PIXELS = {"JPEG": 80_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}  # a JPEG is unpacked in part
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
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint allows half a picture, in all of its process
    try:
        with Image.open(BytesIO(sent), formats=_FORMATS) as found:
            _refuse_large(found.width * found.height, _MOST_PIXELS[str(found.format)])
            found.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))  # of a JPEG no more is unpacked than is needed
            upright = ImageOps.exif_transpose(found)
            upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            layers = upright.convert("RGBA")
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
