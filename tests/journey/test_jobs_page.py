"""The page of the jobs: what failed and why, for administrators alone, who try again or give up."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from ekc.core.audit import AuditEvent
from ekc.core.jobs import Job, JobState, add
from ekc.core.outbox import OutboxMessage, Recipient, queue
from ekc.journey.queries.jobs import job_list
from ekc.kinds import JOB_RULES
from ekc.signin.mails import PASSWORD_CHANGED
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.database import refreshed
from tests.work import work


def test_an_administrator_sees_what_failed_tries_again_and_gives_up(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock, settings: Settings
) -> None:
    queue(db_session, PASSWORD_CHANGED, Recipient(0, "jan@example.org", "en"), clock(), account=1)
    db_session.commit()
    sign_in(client, cast.bas)
    clock.advance(minutes=11)
    assert "Perhaps no worker is running" in client.page("/jobs").text
    work(db_session, replace(settings, mail=None), clock())

    page = client.page("/jobs")

    assert (
        "Not tried yet · no server for email is set; the email waits for one, for four days at most waits" in page.text
    )
    assert not any(word in page.text for word in ("NoMailServer", "is tried again", "Perhaps no worker", "jan@"))
    assert "It is tried again now." in client.submit("Try again now: 1").text
    assert refreshed(db_session).get_one(Job, 1).due == clock()
    assert "It is given up." in client.submit("Give up: 1").text
    job, mail = refreshed(db_session).get_one(Job, 1), db_session.get_one(OutboxMessage, 1)
    assert (job.state, job.ended_at, mail.given_up_at, mail.body) == (JobState.FAILED, clock(), clock(), "")
    assert "Try again now: 1" not in client.here.buttons  # its words are gone
    noted = db_session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("job."))).all()
    assert noted == ["job.tried_again", "job.given_up"]
    sign_in(client, cast.ruud)
    assert client.get("/jobs").status_code in (403, 404)


def test_a_kind_of_another_version_is_told_holds_nothing_up_and_can_be_given_up(
    client: PageClient, db_session: Session, cast: Cast, clock: FrozenClock
) -> None:
    add(db_session, "newer", clock())
    db_session.commit()
    sign_in(client, cast.bas)
    clock.advance(minutes=11)

    page = client.page("/jobs")

    assert "newer (1) Not tried yet · this version of the program does not know this work" in page.text
    assert "Perhaps no worker is running" not in page.text
    assert "Try again now: 1" not in client.here.buttons
    found = job_list(db_session, JOB_RULES, clock())
    assert [line.code for line in found.lines] == ["this version of the program does not know it"]
    assert not found.is_stuck(clock())
    assert "It is given up." in client.submit("Give up: 1").text
    assert refreshed(db_session).get_one(Job, 1).state is JobState.FAILED
