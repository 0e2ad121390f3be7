"""Personal links on paper: a slip a person, with a square to scan, and nothing that tells a stranger what it is about.

The slips are made for whoever asked and kept nowhere; each is in its reader's own language.
"""

from dataclasses import dataclass
from datetime import date

import segno
from markupsafe import Markup

from ekc.core.documents import DocumentRule
from ekc.core.language import gettext as _
from ekc.links.models import Confirmed
from ekc.workflow.vocabulary import N_, Activity


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


def qr_code(address: str, title: str) -> Markup:
    """The address as a QR code: an SVG of black on white with a title, as large as its place. A tenth may be dirty."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass="square", lineclass=None, title=title
    )
    return Markup(drawn)  # noqa: S704 - drawn from an address of ours


SLIP = DocumentRule(
    name="slip",
    values=Slip,
    activity=Activity.MAKE_LINKS,
    template="links/slips.html",
    page="links/_slip.html",
    context=lambda slip: {
        "square": qr_code(slip.address, _("A square to scan: it opens the address that is printed below it"))
    },
    stylesheets=("slip.css",),
    filename="slip.pdf",
    unprintable=N_("The slip cannot be printed now. Copy the link by hand, or send it. (%(why)s)"),
)
