"""Pictures that people send are made anew: nothing of the file is kept, and no file breaks the program."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageFile

from ekc.core.pictures import LARGEST, NoPicture, PictureTooLarge, made_anew
from tests.pictures import picture

_ORIENTATION, _MODEL, _GPS = 0x0112, 0x0110, 0x8825


def _with_place() -> bytes:
    """A photo that was taken with the telephone on its side, and says where."""
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    exif[_MODEL] = "A telephone"
    exif.get_ifd(_GPS)[1] = "N"
    return picture(exif=exif, comment=b"Rivierstad 12")


def test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright() -> None:
    sent = _with_place()
    assert b"A telephone" in sent

    made = made_anew(sent)

    with Image.open(BytesIO(made.jpeg)) as kept:
        assert (kept.format, kept.size, (made.width, made.height)) == ("JPEG", (30, 60), (30, 60))
        assert (dict(kept.getexif()), "comment" in kept.info, "icc_profile" in kept.info) == ({}, False, False)
        top = kept.getpixel((15, 5))
        assert isinstance(top, tuple)
        assert top[0] > 200 > top[2]
    assert not any(word in made.jpeg for word in (b"A telephone", b"Rivierstad", b"Exif"))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_one_kind_comes_out_no_larger_than_paper_needs(kind: str) -> None:
    made = made_anew(picture(kind, (3000, 1500)))
    assert (made.jpeg[:3], made.width, made.height) == (b"\xff\xd8\xff", 2000, 1000)


def test_what_is_see_through_becomes_white() -> None:
    file = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(file, "PNG")
    with Image.open(BytesIO(made_anew(file.getvalue()).jpeg)) as kept:
        assert kept.getpixel((5, 5)) == (255, 255, 255)


def _png_of(width: int, height: int) -> bytes:
    """The beginning of a PNG that says it is so large, and holds nothing."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_half_a_picture_is_refused_also_where_papers_are_printed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint does
    whole = picture(kind, (600, 400))
    for length in (len(whole) // 2, len(whole) * 9 // 10):
        with pytest.raises(NoPicture):
            made_anew(whole[:length])


def test_too_many_bytes_or_pixels_are_refused_before_they_are_unpacked() -> None:
    file = BytesIO()
    Image.new("1", (6000, 6000)).save(file, "PNG")
    for sent in (bytes(LARGEST + 1), file.getvalue()):
        with pytest.raises(PictureTooLarge):
            made_anew(sent)


def test_a_small_file_that_would_keep_the_server_busy_is_refused() -> None:
    """A JPEG in passes holds the whole picture in memory, and each pass goes over all of it."""
    file = BytesIO()
    Image.new("RGB", (1000, 1000)).save(file, "JPEG", progressive=True)
    whole = file.getvalue()
    assert made_anew(whole).width == 1000
    passes = [begin for begin in range(len(whole)) if whole[begin : begin + 2] == b"\xff\xda"]
    one = whole[passes[-1] : -2]
    with pytest.raises(NoPicture):
        made_anew(whole[:-2] + one * 60 + b"\xff\xd9")
    for size, options in (((5000, 4000), {"progressive": True}), ((40000, 600), {})):
        file = BytesIO()
        Image.new("L", size).save(file, "JPEG", **options)
        with pytest.raises(PictureTooLarge):
            made_anew(file.getvalue())


def test_a_photo_with_a_second_one_behind_it_is_a_photo() -> None:
    """Telephones add one for depth or for three dimensions. A film is its first picture."""
    first, second = (Image.new("RGB", (40, 20), colour) for colour in ("red", "blue"))
    for kind in ("MPO", "WEBP", "PNG"):
        file = BytesIO()
        first.save(file, kind, save_all=True, append_images=[second])
        with Image.open(BytesIO(made_anew(file.getvalue()).jpeg)) as kept:
            red, _green, blue = kept.getpixel((5, 5))  # type: ignore[misc]
            assert (red > 200, blue < 50, getattr(kept, "n_frames", 1)) == (True, True, 1)


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGB", "1", "P", "LA", "I;16"])
def test_each_way_to_write_colours_is_read_and_stands_upright(mode: str) -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    file = BytesIO()
    kind = "JPEG" if mode in {"CMYK", "L", "RGB"} else "PNG"
    Image.new("L", (3000, 1500), 255).convert(mode).save(file, kind, exif=exif)
    made = made_anew(file.getvalue())
    with Image.open(BytesIO(made.jpeg)) as kept:
        assert (kept.mode, kept.size) == ("RGB", (1000, 2000))


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        picture("GIF"),
        picture("BMP"),
        _png_of(10, 10),
        _png_of(50_000, 50_000),
    ],
)
def test_what_is_no_picture_is_refused(sent: bytes) -> None:
    with pytest.raises(NoPicture):
        made_anew(sent)
