"""A case file of the first release, with rare fields, stays readable with the same values."""

import tomllib
from datetime import date, datetime
from pathlib import Path

from ekc.demo.case_schema import (
    ActionEntry,
    AvoidedCostEntry,
    BirthDate,
    BottomLineEntry,
    CaseFile,
    ConsentEntry,
    CoordinatorEntry,
    CostsEntry,
    DatedText,
    EndedBy,
    FollowUpEntry,
    FollowUpMoment,
    GoalEntry,
    GoalScoreEntry,
    Information,
    InformationItemEntry,
    NextEvaluationEntry,
    PersonEntry,
    PersonId,
    PlanEntry,
    PrivateRoundEntry,
    PrivateTimeEntry,
    RegisteredBy,
    RegistrationEntry,
    SafetyConcernEntry,
    Setup,
    SpeakerId,
    VenueEntry,
    WhatIfEntry,
)
from ekc.demo.casefile import read_case, to_toml_dict
from ekc.workflow.vocabulary import (
    ActionKind,
    ActionState,
    Attends,
    Every,
    InformationKind,
    LegalContext,
    Part,
    Variant,
)

FILE = Path(__file__).parent / "stored" / "oudegracht.toml"

OZ, PETER, JOYCE, BOB = map(PersonId, ("öz", "peter", "joyce", "bob"))
OUDEGRACHT = CaseFile(
    title='Familie "Öz" - Ґудзь 🙂',
    variant=Variant.FAMILY,
    profile="nl",
    language="nl",
    timezone="Europe/Amsterdam",
    legal_context=LegalContext.VOLUNTARY,
    municipality="'s-Gravenhage",
    topics=(),
    question="Hoe verder?\nSamen.",
    registration=RegistrationEntry(
        on=date(2026, 3, 2),
        by=RegisteredBy.REFERRER,
        reason="فاطمة asked.",
        main_person_said_yes_on=date(2026, 3, 3),
        consents=(ConsentEntry(person=OZ, scope="conference and file", given_on=date(2026, 3, 3)),),
    ),
    coordinator=CoordinatorEntry(
        id="noor",
        name="Noor van Dijk",
        email="noor@example.org",
        languages=("nl", "ar"),
        accepted_on=date(2026, 3, 4),
        independence="none known",
    ),
    people={
        OZ: PersonEntry(
            name="Emine Öz",
            role=Part.MAIN_PERSON,
            born=BirthDate(date(2008, 2, 29)),
            address_secret=False,
            needs=("interpreter Turkish", "lift"),
        ),
        PETER: PersonEntry(name="Peter", role=Part.FAMILY, support=OZ, attends=Attends.VIDEO, view="Rust.\tEn stilte."),
        JOYCE: PersonEntry(name="Joyce Lim", role=Part.REFERRER, organisation="Jeugdbescherming"),
        BOB: PersonEntry(
            name="Bob",
            role=Part.FAMILY,
            attends=Attends.EXCLUDED,
            reason="safety",
            decided_by="Noor",
            decided_on=date(2026, 3, 10),
        ),
    },
    setup=Setup(
        informed={OZ: date(2026, 3, 8), PETER: date(2026, 3, 9)},
        safety=(SafetyConcernEntry(person=OZ, concern="Bob", arrangement="He stays away."),),
        date_options=(datetime.fromisoformat("2026-03-28T10:00"), datetime.fromisoformat("2026-03-29T02:30")),
        chosen=datetime.fromisoformat("2026-03-28T10:00"),
        expected_hours=5,
        venue=VenueEntry(name="De Brug", address="Straat 1", access="ramp"),
        bottom_lines=(BottomLineEntry(text="School.", set_by=JOYCE, ground="law", shared_on=date(2026, 3, 20)),),
    ),
    information=Information(
        started=datetime.fromisoformat("2026-03-28T10:15"),
        present=(OZ, PETER, JOYCE),
        items=(
            InformationItemEntry(by=SpeakerId("noor"), kind=InformationKind.SITUATION, text="What is."),
            InformationItemEntry(by=SpeakerId("joyce"), kind=InformationKind.REASON, text="Why."),
        ),
        questions=(),
    ),
    private_time=PrivateTimeEntry(
        rounds=(
            PrivateRoundEntry(
                began=datetime.fromisoformat("2026-03-28T11:00"),
                ended=datetime.fromisoformat("2026-03-28T12:00"),
                ended_by=EndedBy.QUESTION,
                note="Who pays?",
            ),
            PrivateRoundEntry(
                began=datetime.fromisoformat("2026-03-28T12:05"),
                ended=datetime.fromisoformat("2026-03-28T13:00"),
                ended_by=EndedBy.PLAN,
            ),
            PrivateRoundEntry(
                began=datetime.fromisoformat("2026-03-28T13:30"),
                ended=datetime.fromisoformat("2026-03-28T14:00"),
                ended_by=EndedBy.PLAN,
                why="one night",
            ),
        )
    ),
    plan=PlanEntry(
        goals=(
            GoalEntry(
                text="Rust.",
                actions=(
                    ActionEntry(
                        what="Rings",
                        who=(PETER,),
                        starts=date(2026, 4, 1),
                        every=Every.WHEN_NEEDED,
                        kind=ActionKind.FAMILY,
                    ),
                    ActionEntry(
                        what="Pays",
                        who=(JOYCE,),
                        by=date(2026, 4, 30),
                        kind=ActionKind.PROFESSIONAL,
                        answer="agreed, until July",
                    ),
                ),
            ),
        ),
        accepted_on=date(2026, 3, 28),
        accepted_by=JOYCE,
        sent_back_once=DatedText(at=datetime.fromisoformat("2026-03-28T13:15"), words="one night - alone"),
        bottom_lines_met=(True,),
        monitor=PETER,
        contingency=(WhatIfEntry(if_="it rains", then="inside", who=(OZ, PETER)),),
        evaluation=NextEvaluationEntry(
            on=datetime.fromisoformat("2026-06-27T14:00"), where="thuis", convened_by=PETER, with_=()
        ),
        agreed={OZ: "yes", PETER: "his part, in a drawing"},
    ),
    evaluation=(
        FollowUpEntry(
            kind=FollowUpMoment.CALL,
            on=date(2026, 4, 25),
            by=SpeakerId("noor"),
            actions={ActionState.DONE: 1, ActionState.NOT_YET: 1},
        ),
        FollowUpEntry(
            kind=FollowUpMoment.MEETING,
            on=date(2026, 6, 27),
            found="Beter.",
            present=(OZ,),
            goals=(GoalScoreEntry(goal=1, score=-1),),
            actions={ActionState.DONE: 2},
            marks={"öz": 8, "family": (7, 9)},
            decision="Verder.",
        ),
    ),
    costs=CostsEntry(
        coordinator_hours=12.5, fee=0, avoided=(AvoidedCostEntry(what="a night", amount=1000.5, basis="tariff"),)
    ),
)


def test_a_stored_case_file() -> None:
    read = read_case(FILE)

    assert (read, repr(read)) == (OUDEGRACHT, repr(OUDEGRACHT))  # a text equals an enum member; its repr does not
    assert to_toml_dict(read) == tomllib.loads(FILE.read_text("utf-8"))
