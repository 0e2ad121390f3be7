"""What is done every night, each job once however often it runs."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from ekc.conferences.actions.links import forget_codes_of_former_coordinators
from ekc.core.form_numbers import forget_form_numbers
from ekc.drafts.actions import forget_drafts
from ekc.journey.reminders import remind_before_access_ends

#: The label of the output: the job, which returns a count.
NIGHTLY_JOBS: dict[str, Callable[[Session, datetime], int]] = {
    "Coordinators told that their access ends": remind_before_access_ends,
    "Cases whose former coordinator knows no code any more": forget_codes_of_former_coordinators,
    "Drafts of forms forgotten": forget_drafts,
    "Numbers of forms forgotten": forget_form_numbers,
}
