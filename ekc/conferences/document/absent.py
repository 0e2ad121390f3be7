"""What those who are not there want to say, on paper for the day."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.access import Case
from ekc.conferences.queries.absent import AbsentView, jpeg, pictures
from ekc.core.documents import DocumentRule
from ekc.workflow.vocabulary import N_, Activity


@dataclass(frozen=True, slots=True)
class AskedView:
    """What somebody wants to have said; pictures by number, and what each shows."""

    participant: int
    name: str
    speaker: str
    text: str
    pictures: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class AskedViews:
    """Of what the paper of views is made; its pictures are read by the worker."""

    language: str
    number: str
    title: str
    views: tuple[AskedView, ...]


@dataclass(frozen=True, slots=True)
class PrintedView:
    """A view on paper; each picture as an address that holds it, and what it shows."""

    name: str
    speaker: str
    text: str
    pictures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PrintedViews:
    """What those who are not there want to say."""

    language: str
    number: str
    title: str
    views: tuple[PrintedView, ...]


def asked_views(case: Case, language: str, views: Iterable[AbsentView]) -> AskedViews:
    """What is asked of the worker for these views."""
    return AskedViews(
        language=language,
        number=case.number,
        title=case.title,
        views=tuple(
            AskedView(
                row.participant_id, row.name, row.speaker, row.text, tuple((p.number, p.shows) for p in row.pictures)
            )
            for row in views
        ),
    )


def with_pictures(session: Session, asked: AskedViews, _at: datetime) -> PrintedViews:
    """The values of the paper; a picture that was destroyed meanwhile is left out."""
    views = []
    for one in asked.views:
        kept = {row.number for row in pictures(session, [one.participant]).get(one.participant, ())}
        shown = tuple(
            (f"data:image/jpeg;base64,{b64encode(jpeg(session, one.participant, number)).decode()}", shows)
            for number, shows in one.pictures
            if number in kept
        )
        views.append(PrintedView(one.name, one.speaker, one.text, shown))
    return PrintedViews(asked.language, asked.number, asked.title, tuple(views))


VIEWS = DocumentRule(
    name="absent_views",
    title=N_("What those who are not there want to say, on paper"),
    values=PrintedViews,
    asked=AskedViews,
    gather=with_pictures,
    activity=Activity.NOTE_VIEWS,
    template="conferences/absent_views_document.html",
    stylesheets=("views.css",),
    filename="{case}-said.pdf",
    unprintable=N_("This paper cannot be printed now. Read it on its page. (%(why)s)"),
)
