"""Doing the jobs that are due, as a worker does."""

from datetime import datetime

from sqlalchemy.orm import Session

from config import Settings
from ekc.core.jobs import due_jobs, perform
from ekc.journey.jobs import RULES


def work(session: Session, settings: Settings, at: datetime) -> None:
    """Do what is due."""
    for job in due_jobs(session, RULES, at):
        perform(session, settings, RULES, job.id, at)
