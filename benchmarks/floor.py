"""The floor: the least that any signed-in page does. A cookie, a user and a case by primary key, a page of given size.

`/duty/…` is the duty floor: the same page with what ours owe. One line of the audit, committed before the page is sent,
and ten statements whose sixty values are decrypted. Same Flask, server and database as the product; three small tables
of its own. `gunicorn "benchmarks.floor:make()"`.
"""

import os

from flask import Flask, abort, render_template, session
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import Engine, String, bindparam, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from config import load_settings
from ekc.core.audit import Actor, ActorKind, record
from ekc.core.clock import utc_now
from ekc.core.crypto import Keyring, SealedText
from ekc.core.db import autocommit_reads, make_engine, make_sessions
from ekc.core.reading import read_rows
from ekc.core.transaction import writing

PAGE = """<!doctype html><html lang="en"><head><title>{{ case.title }}</title></head><body><h1>{{ case.title }}</h1>
<p>{{ user.name }}</p><ul>{% for n in range(rows) %}<li><a href="/{{ n }}">{{ case.title }} {{ n }}</a> {{ line }}</li>
{% endfor %}{% for words in said %}<li>{{ words }}</li>{% endfor %}</ul></body></html>"""
LINE = "somebody does something by some day, and says how it went. "


class Base(DeclarativeBase):
    """Tables of the floor."""


class User(Base):
    """Somebody who is signed in."""

    __tablename__ = "floor_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class Case(Base):
    """What they look at."""

    __tablename__ = "floor_case"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))


class Note(Base):
    """What is written down of it, encrypted: as much as a page of ours opens."""

    __tablename__ = "floor_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int]
    kind: Mapped[int]
    words: Mapped[str] = mapped_column(SealedText("floor_note.words"))


_KINDS, _OF_EACH = 10, 6
_notes = Note.__table__.c
_NOTES = select(_notes.id, _notes.words).where(_notes.case_id == bindparam("case"), _notes.kind == bindparam("kind"))


def prepare(engine: Engine) -> None:
    """Make the tables: one user, one case, and its notes."""
    Base.metadata.create_all(engine)
    with Session(engine) as db:
        db.merge(User(id=1, name="Noor van Dijk"))
        db.merge(Case(id=1, title="Family De Wit"))
        for number in range(_KINDS * _OF_EACH):
            db.merge(Note(id=number + 1, case_id=1, kind=number % _KINDS, words=f"Somebody said {number}"))
        db.commit()


def cookie(secret_key: str) -> str:
    """The session cookie of the floor, which is signed and not encrypted, of its user."""
    app = Flask(__name__)
    app.secret_key = secret_key
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    return f"session={serializer.dumps({'user': 1})}" if serializer else ""


def make() -> Flask:
    """The app; `FLOOR_BYTES` says how large its page is."""
    settings = load_settings()
    engine = make_engine(settings.database_url, Keyring(settings.content_keys, settings.index_key))
    rows = max(1, int(os.environ.get("FLOOR_BYTES", "15000")) // (len(LINE) + 55))
    app = Flask(__name__)
    app.config["SECRET_KEY"] = settings.secret_key
    template = app.jinja_env.from_string(PAGE)  # once: compiling it for each request would lower the floor

    @app.get("/conferences/<int:case_id>")
    def page(case_id: int) -> str:
        with Session(engine) as db:
            user = db.get(User, session.get("user", 0)) or abort(404)
            case = db.get(Case, case_id) or abort(404)
            return render_template(template, user=user, case=case, rows=rows, line=LINE)

    sessions = make_sessions(autocommit_reads(engine))

    @app.get("/duty/<int:case_id>")
    def duty(case_id: int) -> str:
        with sessions() as db:
            user = db.get(User, session.get("user", 0)) or abort(404)
            with writing(db):
                record(db, Actor(ActorKind.ACCOUNT, user.id, user.name), utc_now(), "case.read", case_id, page="duty")
            case = db.get(Case, case_id) or abort(404)
            said = [
                row.words for kind in range(_KINDS) for row in read_rows(db, _NOTES, {"case": case_id, "kind": kind})
            ]
            return render_template(template, user=user, case=case, rows=max(1, rows - len(said)), line=LINE, said=said)

    return app
