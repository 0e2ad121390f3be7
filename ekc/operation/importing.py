"""Lists from a file by command: the same reading, and the same actions, as on the pages."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from flask import Flask, g

from config import Settings
from ekc.accounts.access import By
from ekc.accounts.queries import regions
from ekc.conferences.access import open_case
from ekc.conferences.actions import circle as circle_actions
from ekc.conferences.actions.registration import register_cases
from ekc.conferences.forms.importing import PeopleFound, read_people
from ekc.conferences.forms.importing_cases import CasesFound, read_cases
from ekc.conferences.forms.registering import Offered
from ekc.conferences.queries import circle as circle_queries
from ekc.conferences.queries.registration import case_of_number, open_cases
from ekc.core.clock import local_date
from ekc.core.errors import Unknown
from ekc.core.language import gettext as _
from ekc.core.language import ngettext
from ekc.core.sheets import read_sheet
from ekc.directory.models import Listing
from ekc.directory.queries import known_names
from ekc.workflow.vocabulary import Activity


def people(by: By, number: str, content: bytes, *, keep: bool) -> int:
    """Look at a list of people, and add them with `keep`; returns the status of the command. Raises Refusal."""
    named = case_of_number(by.session, number.strip().upper())
    case = open_case(by, named.id if named else 0, Activity.CHANGE_CIRCLE)
    with _forms(by):
        found = read_people(
            read_sheet(content),
            circle_queries.circle(by.session, case.id),
            circle_queries.sides(by.session, case.id),
            known_names(by.session, Listing.ORGANISATIONS),
            local_date(by.at, case.timezone),
            circle_queries.phones(by.session, case),
        )
    new = [one for one in found.people if not one.left_out]
    _tell(
        found,
        [one.details.name for one in new],
        [(one.details.name, one.known or one.near) for one in found.people if one.left_out],
    )
    if found.problems:
        return 1
    if keep and new:
        circle_actions.add_people(by, case.id, [one.details for one in new])
        said = ngettext("%(num)d person was added to the circle.", "%(num)d people were added to the circle.", len(new))
        click.echo(said)
    return 0


def cases(by: By, settings: Settings, content: bytes, *, keep: bool) -> int:
    """Look at a list of registrations, and register them with `keep`; as `people`."""
    mine = by.visitor.regions
    if not mine:
        raise Unknown
    with _forms(by):
        offered = Offered(
            {row.id: row.name for row in regions(by.session) if row.id in mine},
            settings.countries,
            known_names(by.session, Listing.MUNICIPALITIES),
            known_names(by.session, Listing.ORGANISATIONS),
        )
        found = read_cases(read_sheet(content), offered, open_cases(by.session, mine))
    new = [one for one in found.cases if not one.known]
    _tell(found, [one.names for one in new], [(one.names, one.known) for one in found.cases if one.known])
    if found.problems:
        return 1
    if keep and new:
        made = register_cases(by, [one.case for one in new])
        click.echo(ngettext("%(num)d conference is registered.", "%(num)d conferences are registered.", len(made)))
    return 0


@contextmanager
def _forms(by: By) -> Iterator[None]:
    """Forms judge the cells; they ask what time it is of the request, which a command has not."""
    with Flask(__name__).test_request_context():
        g.now = by.at
        yield


def _tell(found: PeopleFound | CasesFound, new: Sequence[str], known: Sequence[tuple[str, str]]) -> None:
    for problem in found.told:
        click.echo(f"{problem.place}: {problem.said}")
    if found.more:
        click.echo(_("And %(count)s more, which you see when these are corrected.", count=found.more))
    if found.unread:
        columns = ", ".join(found.unread)
        click.echo(
            _("These columns are not read, because we do not know their headings: %(columns)s.", columns=columns)
        )
    for name, other in known:
        click.echo(_("%(name)s is there already, as %(other)s: left out.", name=name, other=other))
    for name in new:
        click.echo(f"+ {name}")
