"""What is chosen or ticked in a form before anybody chose it: nothing that decides."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import FrozenClock
from tests.security.every_form import every_form

#: What stands there already, shown to be changed.
STORED = {
    ("conferences.change_bottom_line", "set_by"),
    ("conferences.change_concern", "participant_id"),
    ("conferences.change_person", "part"),
    ("conferences.change_registration", "language"),
    ("conferences.change_registration", "legal_context"),
    ("journey.correct", "profile"),
    ("journey.correct", "referrer_id"),
    ("journey.correct", "region_id"),
    ("journey.correct", "variant"),
    ("matching.declare", "knows"),
    ("meetings.ask_about_dates", "people"),  # who has not said yet which dates suit them
    ("meetings.invite", "people"),  # who was not invited yet, and can be by mail, text message or letter
    ("meetings.came", "family"),
    ("meetings.came", "professionals"),
    ("meetings.change_question", "by"),
    ("meetings.papers_pdf", "language"),  # that of the page
    ("meetings.papers_pdf", "paper"),  # each that has anything on it
    ("meetings.change_told", "by"),
    ("meetings.change_told", "kind"),
    ("plans.change_part", "every"),
    ("plans.change_part", "kind"),
    ("plans.change_part", "who"),
    ("plans.set_evaluation", "convenor"),
    ("plans.set_monitor", "monitor"),
    ("privatetime.correct_stretch", "how"),
    ("staff.change", "language"),
    ("staff.change", "region_id"),
    ("staff.change_region", "timezone"),
}
#: Who or what there is one of alone, so that there is nothing to choose.
ALONE = {
    ("conferences.add_bottom_line", "set_by"),
    ("matching.waive", "conflict"),
    ("plans.decide", "person"),
}
#: What is most often so and decides nothing. Where the coordinator spoke, or nobody was chosen, the value is 0.
USUAL = {
    # Of whoever is ticked: nobody is.
    ("conferences.hear", "how"): ("in_person",),
    ("conferences.hear", "told_how"): ("in_person",),
    ("conferences.inform", "how"): ("in_person",),
    ("conferences.inform", "of"): ("goal", "way_of_working", "possibilities", "responsibilities"),
    ("conferences.log_contact", "channel"): ("phone",),
    ("journey.told", "channel"): ("phone",),
    # When parts of a day begin, of which none is ticked; and to be asked, those who were not asked yet.
    ("meetings.offer_dates", "morning"): ("10:00",),
    ("meetings.offer_dates", "afternoon"): ("14:00",),
    ("meetings.offer_dates", "evening"): ("19:00",),
    ("meetings.invite", "way"): ("told",),  # of whoever is ticked; what reaches them best
    ("links.check_answer", "use"): ("shared",),
    ("plans.add_action", "kind"): ("family",),
    ("matching.accept", "caseload"): ("1",),  # counted: one other open case of the same referrer
    ("matching.ask", "days"): ("2",),  # to answer: whoever asks may give more
    ("plans.answer_support", "answer"): ("pending",),  # no answer yet
    ("staff.open_account", "language"): ("en",),
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_is_preset_that_decides(app: Flask, cast: Cast, db_session: Session, clock: FrozenClock) -> None:
    """No consent, no yes, nobody who is there, no role and no region stands there before somebody chose it."""
    preset = {
        (form.endpoint, field.name.rpartition("-")[2]): field.shown
        for form in every_form(db_session, app, cast)[1]
        for field in form.fields
        if field.kind in {"select", "radio", "checkbox"} and any(one not in {"", "0"} for one in field.shown)
    }
    assert preset.keys() - STORED - ALONE == USUAL.keys()
    assert {key: value for key, value in preset.items() if key in USUAL} == USUAL
