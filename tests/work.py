"""Doing the jobs that are due, as a worker does."""

import re
from collections.abc import Collection
from datetime import datetime
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import Settings
from ekc.core.attempts import due_jobs, perform
from ekc.kinds import JOB_RULES
from ekc.orders.jobs import EXPORT, PAPER


def work(session: Session, settings: Settings, at: datetime, only: Collection[str] = JOB_RULES) -> None:
    """Do what is due, of these kinds only."""
    for job in due_jobs(session, {kind: JOB_RULES[kind] for kind in only}, at):
        perform(session, settings, JOB_RULES, job.id, at)


def handed_out(client: FlaskClient, ordered: TestResponse) -> TestResponse:
    """What was ordered by this answer, after a worker has made it; or the answer, if it leads to no order."""
    if ordered.status_code != 303 or "/orders/" not in ordered.location:
        return ordered
    runtime = client.application.extensions["ekc"]
    with runtime.sessions() as session:
        work(session, runtime.settings, runtime.settings.clock(), only=(PAPER, EXPORT))
    answer = client.get(ordered.location)
    if answer.status_code == 200:  # the page with a button to download it
        [address] = re.findall(r'href="([^"]*[?&;]order=\d+)"', answer.text)
        return client.get(unescape(address))
    return client.get(answer.location)
