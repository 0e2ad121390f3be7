"""Reading case files: nothing is lost, and each error is one sentence."""

import re
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from ekc.demo.casefile import CASES, CaseFileError, parse_case, read_case, shifted, to_toml_dict
from ekc.demo.world import DEMO_CASES

FILES = sorted(CASES.glob("*.toml"))
DE_WIT = (CASES / "de-wit.toml").read_text()


def test_the_demonstration_is_made_of_the_cases_that_come_with_the_product() -> None:
    assert [path.stem for path in FILES] == sorted(row.file for row in DEMO_CASES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_of_a_file_is_lost(path: Path) -> None:
    assert to_toml_dict(read_case(path)) == tomllib.loads(path.read_text())


def test_moved_by_weeks_everything_moves_but_the_days_of_birth() -> None:
    case = read_case(CASES / "de-wit.toml")

    moved = shifted(case, timedelta(weeks=3))

    assert moved.setup.chosen == datetime.fromisoformat("2026-05-09T10:00")
    assert moved.people["said"].decided_on == date(2026, 4, 10)
    assert moved.plan.sent_back_once.at == datetime.fromisoformat("2026-05-09T15:00")
    assert moved.people["yara"].born == date(2010, 8, 30)
    assert shifted(moved, timedelta(weeks=-3)) == case


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('title = "Familie De Wit - El Amrani"', "", "the key 'title' is missing. Add it."),
        (
            'municipality = "Rivierstad"',
            "municipality = 5",
            "municipality: this is a text. Write it between quotation marks, or leave the key out.",
        ),
        (
            'relation = "moeder", born',
            'relation = "moeder", hobby = "chess", born',
            "people.marieke.hobby: this key is not known here. Take it out, or use one of: name, role, relation, side, "
            "organisation, speaks_on_behalf_of, language, timezone, born, phone, email, address_secret, needs, "
            "need_kinds, interpreter, support, closeness, brought_by, attends, view, reason, decided_by, decided_on.",
        ),
        (
            'who = ["fatima"]',
            'who = ["fatma"]',
            "plan.goals[1].actions[1].who[1]: there is nobody with the id 'fatma' among the people. Add them, "
            "or correct the id.",
        ),
        (
            'variant = "family"',
            'variant = "clan"',
            "variant: 'clan' is not known here. Use one of: family, individual, recovery, group, learning.",
        ),
        (
            "on = 2026-03-02",
            'on = "2026-03-02"',
            "registration.on: this is a day, without quotation marks: 2026-04-18.",
        ),
        (
            'chosen = "2026-04-18T10:00"',
            'chosen = "18 April, 10:00"',
            'setup.chosen: this is a day and a time, between quotation marks: "2026-04-18T10:00".',
        ),
        (
            "address_secret = true",
            'address_secret = "yes"',
            "people.linda.address_secret: this is true or false, without quotation marks.",
        ),
        (
            "expected_hours = 5",
            "expected_hours = -5",
            "setup.expected_hours: this is a number from 0 up, without quotation marks.",
        ),
        (
            "topics = [",
            'topics = "debts" #',
            "topics: this is a list. Write it between [ and ].",
        ),
        (
            "done = 7",
            "done = 9",
            "evaluation[1].actions: the plan has 13 actions. Let these numbers add up to that.",
        ),
        (
            "bottom_lines_met = [true, true]",
            "bottom_lines_met = [true]",
            "plan.bottom_lines_met: write true or false for each of the 2 bottom lines.",
        ),
        (
            'ended_by = "asked for information", note',
            'ended_by = "asked for information", why',
            "private_time.rounds[1]: a note is the question for which they came out. Write it there, and only there.",
        ),
        (
            'decided_by = "de coördinator met de familie", ',
            "",
            "people.said: write reason, decided_by and decided_on for whoever is excluded, and for nobody else.",
        ),
        (
            "2026-04-18T15:00 - één nacht",
            "2026-04-18T16:00 - één nacht",
            "plan.sent_back_once: this moment lies between two stretches of private time. Correct one of them.",
        ),
        (
            'answer = "agreed, de ruimte',
            'answer = "perhaps, de ruimte',
            "plan.goals[3].actions[3].answer: begin the answer to a professional action with one of: pending, agreed, "
            "declined.",
        ),
        ("marieke = 8", "marieke = 11", "evaluation[2].marks.marieke: give a mark from 0 to 10."),
        ('email = "noor@example.org"', "", "coordinator: the key 'email' is missing. Add it."),
        (
            "{ if = ",
            "{ when = ",
            "plan.contingency[1].when: this key is not known here. Take it out, or use one of: if, then, who.",
        ),
        (
            'if = "Iemand kan niet slapen zoals afgesproken"',
            'if = "\\t"',
            "plan.contingency[1].if: this is a text. Write it between quotation marks, or leave the key out.",
        ),
        (', with = ["referrer"]', "", "plan.evaluation: the key 'with' is missing. Add it."),
        (
            'venue = { name = "Buurthuis De Brug"',
            'venue = 3 #{ name = "Buurthuis De Brug"',
            "setup.venue: this is a table of keys and values. Write it between { and }.",
        ),
        (
            "marks = { marieke",
            "marks = 8 #{ marieke",
            "evaluation[2].marks: this is a table of keys and values. Write it between { and }.",
        ),
        (
            "marieke = 8",
            'marieke = "8"',
            "evaluation[2].marks.marieke: this is a whole number, without quotation marks.",
        ),
        (
            "family = [9, 8",
            "family = [9, 8.5",
            "evaluation[2].marks.family[2]: this is a whole number, without quotation marks.",
        ),
        (
            "score = 1 }",
            "score = true }",
            "evaluation[2].goals[1].score: this is a whole number, without quotation marks.",
        ),
        (
            "2026-04-18T15:00 - één nacht zonder volwassene",
            "2026-04-18T15:00 - ",
            'plan.sent_back_once: this is a moment and words, between quotation marks: "2026-04-18T15:00 - why".',
        ),
        (
            "2026-04-18T15:00 - één nacht",
            "2026-04-18 - één nacht",
            'plan.sent_back_once: this is a day and a time, between quotation marks: "2026-04-18T10:00".',
        ),
        (
            "informed = { marieke",
            "informed = { maria",
            "setup.informed.maria: there is nobody with the id 'maria' among the people. Add them, or correct the id.",
        ),
        (
            "actions = { done = 7",
            "actions = { finished = 7",
            "evaluation[1].actions.finished: 'finished' is not known here. Use one of: done, partly, not_yet, "
            "no_longer_needed.",
        ),
        (
            'title = "Familie De Wit - El Amrani"',
            'name = "Familie De Wit - El Amrani"',  # of two errors, the unknown key is reported
            "name: this key is not known here. Take it out, or use one of: title, variant, profile, language, "
            "timezone, legal_context, municipality, topics, question, sides, registration, coordinator, people, setup, "
            "information, private_time, plan, evaluation, costs.",
        ),
        (
            'relation = "moeder", born',
            'relation = "moeder", timezone = "Byzantium", born',
            "people.marieke.timezone: there is no time zone 'Byzantium'. Write one like Europe/Amsterdam.",
        ),
        (
            '"Europe/Amsterdam"',
            '"Europe/Rivierstad"',
            "timezone: there is no time zone 'Europe/Rivierstad'. Write one like Europe/Amsterdam.",
        ),
    ],
)
def test_a_mistake_is_one_sentence_that_says_where(old: str, new: str, sentence: str) -> None:
    assert old in DE_WIT

    with pytest.raises(CaseFileError) as mistake:
        parse_case(DE_WIT.replace(old, new, 1), "de-wit.toml")

    between = ": " if sentence.startswith("the key") else ", "
    assert str(mistake.value) == f"de-wit.toml{between}{sentence}"


def test_what_is_no_toml_says_so() -> None:
    with pytest.raises(CaseFileError) as mistake:
        parse_case("title = ", "x.toml")

    assert re.fullmatch(r"x\.toml: this is not TOML: .+ \(at end of document\)\.", str(mistake.value))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CaseFileError) as mistake:
        read_case(tmp_path / "none.toml")

    assert str(mistake.value) == f"{tmp_path / 'none.toml'} cannot be read: no such file or directory."
