"""Numbers of another case, in every address and every choice: nothing of it is shown, and nothing of it changes."""

import re

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from ekc import schema
from tests import build
from tests.cast import Cast
from tests.clock import START
from tests.security.every_form import Found, every_form, undone

#: Looks and tries are written down in any case; these tables hold nothing else.
AUDIT = {"audit_event", "audit_head"}
_CHOSEN = ("select", "checkbox", "radio")


def numbered(form: Found) -> list[str]:
    """The address with each of its numbers, after that of the case, replaced by those of other cases."""
    found = re.fullmatch(r"(/conferences/\d+/.*?)(\d+)(/.*)?", form.url)
    if not found:
        return []
    before, number, after = found.groups(default="")
    return [f"{before}{other}{after}" for other in range(1, 90) if other != int(number)]


def test_numbers_of_others_lead_nowhere(app: Flask, db_session: Session, cast: Cast) -> None:
    """A case is made first, so that its numbers are there; then every form is sent with the numbers of everything."""
    strange = build.case_in_evaluation(db_session, cast, START, title="Strange family")
    forms = [form for form in every_form(app, db_session, cast) if form.url.startswith("/conferences/")]
    db_session.rollback()
    people = [str(number) for number in strange.people.values()]
    assert len([form for form in forms if numbered(form)]) > 20

    for form in forms:
        own = int(form.url.split("/")[2])
        sent = form.shown() | {field.name: ["Words"] for field in form.fields if field.kind in ("text", "textarea")}
        choices = [
            field for field in form.fields if field.kind in _CHOSEN and set(field.offered) & digits(field.offered)
        ]
        tries = [(url, sent) for url in numbered(form)[:: max(1, len(numbered(form)) // 12)]]
        tries += [(form.url, {**sent, field.name: people[:1]}) for field in choices]
        for url, values in tries:
            with undone(app) as ask:
                before = of_others(app, own)
                answer = ask(url, method="POST", data=values, headers={"Cookie": form.cookie})
                assert app.extensions.pop("fault", None) is None, (form.endpoint, url)
                assert of_others(app, own) == before, (form.endpoint, url, values)
                assert "Strange family" not in answer.text, (form.endpoint, url)


def digits(values: tuple[str, ...]) -> set[str]:
    """Those that are numbers of people."""
    return {value for value in values if value.isdigit() and value != "0"}


def of_others(app: Flask, own: int) -> list[tuple[str, tuple[object, ...]]]:
    """The rows that say of which case they are, of all cases but one."""
    connection = app.extensions["ekc"].sessions.kw["bind"]
    found: list[tuple[str, tuple[object, ...]]] = []
    for table in schema.metadata.sorted_tables:
        column = "id" if table.name == "conference" else "conference_id"
        if column in table.columns and table.name not in AUDIT:
            rows = connection.execute(text(f"SELECT * FROM {table.name} WHERE {column} <> {own}"))  # noqa: S608
            found += [(table.name, tuple(row)) for row in rows]
    return sorted(found, key=repr)
