"""Personal links on paper: a slip a person, with a square to scan, and nothing that tells a stranger what it is about.

The slips are made for whoever asked and kept nowhere. Inside a request: each is in its reader's own language.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import segno
from flask import render_template
from markupsafe import Markup

from ekc.core.documents import print_pdf
from ekc.core.language import direction, using
from ekc.core.language import gettext as _
from ekc.people.models import Confirmed


@dataclass(frozen=True, slots=True)
class Slip:
    """What stands on the slip of one person. `asks`: what is asked on a new device; a code is never on the paper."""

    name: str
    address: str
    until: date
    coordinator: str
    phone: str  # of the coordinator; empty: there is a line to write it on
    language: str
    asks: Confirmed


def slips_pdf(slips: Sequence[Slip]) -> bytes:
    """One PDF, a page a person. Raises DocumentError where it cannot be printed."""
    html = slips_html(slips)
    return print_pdf(html, identifier=hashlib.sha256(html.encode()).digest()[:16], stylesheets=("slip.css",))


def slips_html(slips: Sequence[Slip]) -> str:
    """The page that `slips_pdf` prints."""
    pages = []
    for slip in slips:
        with using(slip.language):
            drawn = square(slip.address, _("A square to scan: it opens the address that is printed below it"))
            way = direction(slip.language)
            page = render_template("conferences/_slip.html", slip=slip, square=drawn, direction=way)
            pages.append(Markup(page))  # noqa: S704 - a page of our own
    with using(slips[0].language):
        return render_template("conferences/slips.html", pages=pages, language=slips[0].language)


def square(address: str, title: str) -> Markup:
    """The address as a QR code: an SVG of black on white with a title, as large as its place. A tenth may be dirty."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass="square", lineclass=None, title=title
    )
    return Markup(drawn)  # noqa: S704 - drawn from an address of ours
