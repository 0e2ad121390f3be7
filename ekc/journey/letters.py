"""Mails that a step sends to the circle: neutral words, no name, nothing of the case. Paper is made elsewhere."""

from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.effects import write_to_circle
from ekc.conferences.models import Conference
from ekc.workflow.definition import Taking
from ekc.workflow.vocabulary import FAMILY_PARTS, N_, PROFESSIONAL_PARTS, Part


def welcome_letter(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:  # noqa: ARG001
    """To the main persons: a coordinator has taken the case."""
    write_to_circle(
        session,
        conference,
        at,
        "welcome",
        {Part.MAIN_PERSON},
        N_("Your coordinator begins"),
        N_("A coordinator has taken on your conference and will contact you. You do not have to do anything now."),
    )


def issue_documents(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:  # noqa: ARG001
    """To everyone in the circle: the plan is there. Nobody who was excluded hears of it.

    A professional is told to look at what the family shares: all of the plan, or less.
    """
    what = f"plan-{conference.plan_number}"
    write_to_circle(
        session,
        conference,
        at,
        what,
        FAMILY_PARTS | {Part.SUPPORTER},
        N_("The plan is ready"),
        N_("The plan is written down as it was agreed. Ask your coordinator for it, or open it with your own link."),
    )
    write_to_circle(
        session,
        conference,
        at,
        what,
        PROFESSIONAL_PARTS,
        N_("The plan is agreed"),
        N_("The family agreed its plan. With your own link you see what the family shares of it with you."),
    )


def no_plan_notice(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:  # noqa: ARG001
    """To the professionals: only that there is no plan, never a view (NZ6)."""
    write_to_circle(
        session,
        conference,
        at,
        "no-plan",
        PROFESSIONAL_PARTS,
        N_("The conference ended without a plan"),
        N_("The family group came together and did not make a plan. Nothing else is recorded."),
    )


def closing_letter(session: Session, conference: Conference, at: datetime, taking: Taking) -> None:  # noqa: ARG001
    """To main persons and professionals: it stops here."""
    write_to_circle(
        session,
        conference,
        at,
        "closing",
        {Part.MAIN_PERSON} | PROFESSIONAL_PARTS,
        N_("The conference does not go on"),
        N_("The preparation of the conference has stopped. Your coordinator can tell you more."),
    )
