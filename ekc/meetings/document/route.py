"""How to get there, on paper, and whom to ring; and on a sheet of its own how one joins from afar.

That sheet names no place: from afar take part, among others, those with whom the room would not be safe.
"""

from dataclasses import dataclass

from ekc.core.documents import DocumentRule
from ekc.meetings.document.head import DayHead
from ekc.workflow.vocabulary import N_, Activity


@dataclass(frozen=True, slots=True)
class Route:
    """The values of the paper. `phone`: of the coordinator, or empty; `contact`: of the service.

    `route`: with where one parks; `secret`: the address is, and the coordinator tells it.
    `joining`: how one joins from afar; empty where nobody does, or it is not known.
    """

    language: str
    head: DayHead
    address: str
    access: str
    route: str
    secret: bool
    coordinator: str
    phone: str
    contact: str
    joining: str


ROUTE = DocumentRule(
    name="route",
    title=N_("Route and parking, on paper"),
    values=Route,
    activity=Activity.SEE_HISTORY,
    template="meetings/route_document.html",
    stylesheets=("day.css",),
    filename="{case}-route.pdf",
    unprintable=N_("This paper cannot be printed now. Tell people where it is by telephone. (%(why)s)"),
)
