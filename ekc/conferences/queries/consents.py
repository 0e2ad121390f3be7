"""Consents to the conference and to keeping a file; counted together with safety concerns where cases are listed."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, null, select, union_all
from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.entries import BESIDE_THE_CONFERENCE, CONSENT_SCOPES, OWN_ONCE_CLOSED
from ekc.conferences.models import Conference, Consent, Offer, Participant, SafetyConcern
from ekc.conferences.queries.members import Member, members
from ekc.conferences.queries.names import names
from ekc.conferences.queries.rows import columns_of, of_cases, to_dataclass
from ekc.core.reading import read_rows
from ekc.workflow.facts import consents_missing
from ekc.workflow.profiles import PROFILES
from ekc.workflow.vocabulary import OfferStage, Phase


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent with the name of its giver."""

    id: int
    participant_id: int
    name: str
    scope: str
    given_on: date
    withdrawn_on: date | None
    note: str


_consents = Consent.__table__.c
_CONSENTS_OF_CASES = select(
    _consents.conference_id,
    _consents.participant_id,
    _consents.scope,
    _consents.withdrawn_on,
    _consents.withdrawal_stands,
).where(of_cases(_consents.conference_id))


_CONSENTS = (
    select(*columns_of(ConsentRow, Consent, frozenset({"name"})))
    .join(Participant, Participant.id == Consent.participant_id)
    .where(Consent.conference_id == bindparam("case"))
    .order_by(Consent.id)
)


def consents(session: Session, conference_id: int) -> tuple[ConsentRow, ...]:
    """All consents, withdrawn ones too, in the order in which they were entered."""
    rows = read_rows(session, _CONSENTS, {"case": conference_id})
    called = names(session, conference_id) if rows else {}
    return tuple(to_dataclass(ConsentRow, row, name=called[row.participant_id]) for row in rows)


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A line about the offer, with the name of whom it is about."""

    stage: OfferStage
    on: date
    reason: str
    name: str


_OFFERS = (
    select(Offer.stage, Offer.on, Offer.reason, Offer.participant_id)
    .where(Offer.conference_id == bindparam("case"))
    .order_by(Offer.on, Offer.id)
)


def offers(session: Session, conference_id: int) -> tuple[OfferRow, ...]:
    """What was noted of the offer of the conference, in the order of the days."""
    rows = read_rows(session, _OFFERS, {"case": conference_id})
    called = names(session, conference_id) if rows else {}
    return tuple(OfferRow(row.stage, row.on, row.reason, called.get(row.participant_id, "")) for row in rows)


@dataclass(frozen=True, slots=True)
class OwnConsent:
    """Somebody's own consent to the conference: since when it is given, or when it was taken back; neither: not yet.

    `asked`: whether theirs is asked, or was given. `others`: to what they said yes beside the conference, by scope.
    """

    asked: bool
    given_on: date | None
    withdrawn_on: date | None
    others: tuple[str, ...]


def own_consents(session: Session, conference_id: int, participant_id: int) -> list[ConsentRow]:
    """All to which somebody consented, withdrawn ones too."""
    return [row for row in consents(session, conference_id) if row.participant_id == participant_id]


def own_consent(session: Session, of_case: Case | Conference, me: Member, today: date) -> OwnConsent | None:
    """The consents of somebody who is asked for one, or who gave one; None for others.

    Once the case is closed only those that go on after it.
    """
    every = own_consents(session, of_case.id, me.id)
    rows = [row for row in every if row.scope not in BESIDE_THE_CONFERENCE]
    given = [row.given_on for row in rows if row.withdrawn_on is None]
    withdrawn = [row.withdrawn_on for row in rows if row.withdrawn_on is not None]
    closed = of_case.phase is Phase.CLOSED
    asked_from = PROFILES[of_case.profile].own_consent_from
    asked = not closed and (bool(rows) or me.facts(today, {}).asked_to_consent(asked_from))
    now = {row.scope for row in every if row.withdrawn_on is None}
    beside = OWN_ONCE_CLOSED if closed else BESIDE_THE_CONFERENCE
    others = tuple(scope for scope in CONSENT_SCOPES if scope in now & beside)
    if not asked and not others:
        return None
    return OwnConsent(asked, max(given, default=None), None if given else max(withdrawn, default=None), others)


def consented(session: Session, conference_id: int) -> frozenset[int]:
    """Who consented to the conference. Consent to something else alone does not count, nor a withdrawn one."""
    return consents_and_concerns(session, [conference_id]).consented


def said_yes_to(session: Session, conference_id: int, scope: str) -> frozenset[int]:
    """Who consented to this, and has not taken it back."""
    every = (row for row in consents(session, conference_id) if row.scope == scope and row.withdrawn_on is None)
    return frozenset(row.participant_id for row in every)


_SCOPES = select(Consent.participant_id, Consent.scope, Consent.withdrawn_on).where(
    Consent.conference_id == bindparam("case")
)


def who_wants_no(session: Session, conference_id: int, scope: str) -> frozenset[int]:
    """Who took their consent to this back, and gave no other since."""
    of_scope = [row for row in read_rows(session, _SCOPES, {"case": conference_id}) if row.scope == scope]
    return frozenset(row.participant_id for row in of_scope) - {
        row.participant_id for row in of_scope if row.withdrawn_on is None
    }


_concerns = SafetyConcern.__table__.c
_CONCERNS_OF_CASES = select(
    _concerns.conference_id, _concerns.participant_id, null(), null(), _concerns.arrangement.is_(None)
).where(of_cases(_concerns.conference_id))
_CONSENTS_AND_CONCERNS = union_all(_CONSENTS_OF_CASES, _CONCERNS_OF_CASES)


@dataclass(frozen=True, slots=True)
class ConsentsAndConcerns:
    """Consents to the conference and safety concerns, by participant.

    `withdrew`: who took a consent back, asked for it or by themselves, gave no other since, and when last; `unmet`:
    how many concerns have no arrangement.
    """

    consented: frozenset[int]
    withdrew: Mapping[int, date]
    concerns: Counter[int]
    unmet: Counter[int]

    def of(self, participant_id: int) -> dict[str, Any]:
        """What is known of one person, by the names of `PersonFacts`."""
        return {
            "consented": participant_id in self.consented,
            "withdrew_on": self.withdrew.get(participant_id),
            "concerns": self.concerns[participant_id],
            "unmet_concerns": self.unmet[participant_id],
        }


def consents_and_concerns(session: Session, conference_ids: Collection[int]) -> ConsentsAndConcerns:
    """The consents and safety concerns in these cases."""
    rows = read_rows(session, _CONSENTS_AND_CONCERNS, {"cases": list(conference_ids)}) if conference_ids else ()
    of_conference = (row for row in rows if row.scope is not None and row.scope not in BESIDE_THE_CONFERENCE)
    consents = [(who, on, flag) for _, who, _, on, flag in of_conference]
    given = frozenset(who for who, on, _ in consents if on is None)
    withdrew = sorted((who, on) for who, on, stands in consents if on is not None and stands and who not in given)
    return ConsentsAndConcerns(
        consented=given,
        withdrew=dict(withdrew),
        concerns=Counter(who for _, who, scope, _, _ in rows if scope is None),
        unmet=Counter(who for _, who, scope, _, open_ in rows if scope is None and open_),
    )


def not_consented(session: Session, case: Case, today: date) -> list[str]:
    """The names of those whose own consent is asked and is not here."""
    known = consents_and_concerns(session, [case.id])
    circle = (one.facts(today, {}, **known.of(one.id)) for one in members(session, case.id))
    return [one.name for one in consents_missing(case.variant, PROFILES[case.profile], circle)]
