"""Reading plans: the draft and versions, the circle as they know it, and what people said. Nothing here writes."""

from ekc.plans.queries.answers import AcceptanceRow as AcceptanceRow
from ekc.plans.queries.answers import AgreementRow as AgreementRow
from ekc.plans.queries.answers import acceptances as acceptances
from ekc.plans.queries.answers import agreements as agreements
from ekc.plans.queries.answers import bottom_line_checks as bottom_line_checks
from ekc.plans.queries.answers import is_accepted as is_accepted
from ekc.plans.queries.people import CirclePerson as CirclePerson
from ekc.plans.queries.people import circle as circle
from ekc.plans.queries.people import deciders as deciders
from ekc.plans.queries.people import decides_alone as decides_alone
from ekc.plans.queries.people import professionals as professionals
from ekc.plans.queries.plan import VersionRow as VersionRow
from ekc.plans.queries.plan import Written as Written
from ekc.plans.queries.plan import draft as draft
from ekc.plans.queries.plan import issued as issued
from ekc.plans.queries.plan import version as version
from ekc.plans.queries.plan import versions as versions
from ekc.plans.queries.plan import written as written
