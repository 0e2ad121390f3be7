"""Pictures as people send them."""

from io import BytesIO

from PIL import Image

from ekc.core.pictures import made_anew


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 30), **more: object) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


PICTURE = made_anew(picture()).jpeg
