"""The leaflet: what somebody was told in person, to keep, in their own language. Nothing of the case is on it."""

from dataclasses import dataclass

from ekc.core.documents import DocumentRule
from ekc.workflow.vocabulary import N_, Activity


@dataclass(frozen=True, slots=True)
class Leaflet:
    """The values of one person's leaflet."""

    name: str
    coordinator: str
    phone: str  # of the coordinator; empty: the leaflet has a blank line for it
    contact: str  # of the service; empty: nothing is said
    language: str


LEAFLET = DocumentRule(
    name="leaflet",
    title=N_("Leaflets: what a conference is"),
    values=Leaflet,
    activity=Activity.CHANGE_CIRCLE,
    template="conferences/leaflets.html",
    page="conferences/_leaflet.html",
    stylesheets=("leaflet.css",),
    filename="{case}-leaflets.pdf",
    unprintable=N_("The leaflet cannot be printed now. Read the words from the page. (%(why)s)"),
)
