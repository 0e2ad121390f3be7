"""The leaflet: what somebody was told in person, to keep, in their own language. Nothing of the case is on it."""

from dataclasses import dataclass

from ekc.core.documents import DocumentRule
from ekc.core.language import LANGUAGES, PAPER_LANGUAGES
from ekc.workflow.vocabulary import N_, Activity


@dataclass(frozen=True, slots=True)
class Leaflet:
    """The values of one person's leaflet."""

    name: str
    coordinator: str
    phone: str  # of the coordinator; empty: the leaflet has a blank line for it
    contact: str  # of the service; empty: nothing is said
    language: str
    to_professional: bool = False  # they come for their work: something else is asked of them

    @property
    def only_by_machine(self) -> bool:
        """Whether nobody who speaks the language has read its sentences (docs/translating.md)."""
        return self.language not in LANGUAGES


LEAFLET = DocumentRule(
    name="leaflet",
    title=N_("Leaflets: what a conference is"),
    values=Leaflet,
    languages=tuple(PAPER_LANGUAGES),
    activity=Activity.CHANGE_CIRCLE,
    template="conferences/leaflets.html",
    page="conferences/_leaflet.html",
    stylesheets=("leaflet.css",),
    filename="{case}-leaflets.pdf",
    unprintable=N_("The leaflet cannot be printed now. Read the words from the page. (%(why)s)"),
)
