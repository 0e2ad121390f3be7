"""A drawing as a child makes it, for the demonstration: a house, the sun, somebody with a ball."""

from io import BytesIO


def drawing() -> bytes:
    """The drawing as PNG."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - only the demonstration draws

    sheet = Image.new("RGB", (800, 600), "#fffdf5")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((0, 500, 800, 600), fill="#8fc46b")
    pen.rectangle((220, 260, 520, 500), outline="#7a3b1d", width=8)
    pen.line((200, 265, 370, 120, 540, 265), fill="#b3261e", width=10)
    pen.rectangle((340, 390, 410, 500), outline="#7a3b1d", width=7)
    pen.rectangle((255, 300, 325, 360), outline="#2a5d8f", width=6)
    pen.ellipse((640, 40, 740, 140), outline="#e0a100", width=9)
    pen.ellipse((610, 330, 660, 380), outline="#333333", width=6)
    pen.line((635, 380, 635, 460), fill="#333333", width=6)
    pen.line((595, 410, 675, 410), fill="#333333", width=6)
    pen.line((635, 460, 605, 510), fill="#333333", width=6)
    pen.line((635, 460, 665, 510), fill="#333333", width=6)
    pen.ellipse((690, 480, 720, 510), outline="#b3261e", width=6)
    file = BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()
