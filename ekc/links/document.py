"""Printed personal links: one slip for each person, with a QR code, and nothing that reveals the purpose to strangers.

Slips are kept for an hour, until they are printed. Each is in the language of its owner.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import segno
from markupsafe import Markup

from ekc.core.documents import DocumentRule
from ekc.core.language import gettext as _
from ekc.links.models import Confirmed
from ekc.workflow.vocabulary import N_, Activity


@dataclass(frozen=True, slots=True)
class Slip:
    """The values of one person's slip. `asks`: how a new device is verified; the entrance code is never printed."""

    name: str
    address: str
    until: date
    coordinator: str
    phone: str  # of the coordinator; empty: the slip has a blank line for it
    language: str
    asks: Confirmed
    contact: str = ""  # of the service; empty: nothing is said


@dataclass(frozen=True, slots=True)
class AskedSlip:
    """A slip, and the token of its link, by which is noted that it was handed over."""

    slip: Slip
    token: str


def qr_code(address: str, title: str) -> Markup:
    """The address as a QR code: an SVG with a title, scaled by CSS. Error correction level M (15 % damage)."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass="square", lineclass=None, title=title
    )
    return Markup(drawn)  # noqa: S704 - generated from our own address


SLIP = DocumentRule(
    name="slip",
    title=N_("Slips with personal links"),
    values=Slip,
    asked=AskedSlip,
    gather=lambda _session, asked, _at: asked.slip,
    kept=timedelta(hours=1),  # a link is shown once
    activity=Activity.MAKE_LINKS,
    template="links/slips.html",
    page="links/_slip.html",
    context=lambda slip: {
        "square": qr_code(slip.address, _("A QR code to scan: it opens the address that is printed below it"))
    },
    stylesheets=("slip.css",),
    filename="slip.pdf",
    unprintable=N_("The slip cannot be printed now. Copy the link by hand, or send it. (%(why)s)"),
)
