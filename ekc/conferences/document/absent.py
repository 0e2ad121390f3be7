"""What those who are not there want to say, on paper for the day."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.queries.absent import jpeg, pictures
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


def _with_pictures(session: Session, asked: AskedViews, _at: datetime) -> PrintedViews:
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
    gather=_with_pictures,
    activity=Activity.NOTE_VIEWS,
    template="conferences/absent_views_document.html",
    stylesheets=("views.css",),
    filename="{case}-said.pdf",
    unprintable=N_("This paper cannot be printed now. Read it on its page. (%(why)s)"),
)
