"""Sentences folded into compiled templates: each page is the same as without, in every language, and stays escaped."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, render_template
from flask_babel import force_locale
from jinja2 import DictLoader, nodes
from sqlalchemy.orm import Session

from ekc.core.folding import FoldingEnvironment, _Folding
from ekc.core.text import LANGUAGES
from tests import build
from tests.cast import Cast, enter, sign_in
from tests.client import PageClient
from tests.clock import FrozenClock

Build = Callable[..., build.Made]
TOKEN = re.compile(rb'(name="csrf_token"[^>]* value=)"[^"]*"')


@contextmanager
def unfolded(app: Flask) -> Iterator[None]:
    """Every sentence translated while the page is drawn, as Flask-Babel does it alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Folding, "visit_Call", lambda self, node: self.generic_visit(node))
        patch.setattr(app.jinja_env, "_of_language", {})
        yield


def drawn(client: PageClient, addresses: list[str]) -> dict[str, bytes]:
    """The pages at these addresses, without what is different each time."""
    return {address: TOKEN.sub(rb"\1", client.get(address).data) for address in addresses}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "make", [build.registered_case, build.prepared_case, build.case_in_presentation, build.case_in_evaluation]
)
def test_every_page_is_the_same(
    make: Build, language: str, app: Flask, client: PageClient, cast: Cast, clock: FrozenClock, db_session: Session
) -> None:
    case = make(db_session, cast, clock())
    own = app.test_client()
    assert isinstance(own, PageClient)
    enter(own, db_session, clock(), case.id, case.people["marieke"])
    own.set_cookie("language", language)
    sign_in(client, cast.ruud if make is build.registered_case else cast.noor)
    client.set_cookie("language", language)
    here = f"/conferences/{case.id}"
    inside = {link.partition("#")[0] for _name, link in client.page(here).links if link.startswith(here)}
    inside -= {f"{here}/opened"}  # tells of the look before
    addresses = ["/", "/conferences/new", "/nowhere", here, *sorted(link for link in inside if "pdf" not in link)]
    with unfolded(app):
        plain = drawn(client, addresses), drawn(own, [f"{here}/mine"])
    assert (drawn(client, addresses), drawn(own, [f"{here}/mine"])) == plain
    assert len(addresses) > 8


def rendered(app: Flask, monkeypatch: pytest.MonkeyPatch, source: str, **given: object) -> str:
    """A template of these words, in Dutch."""
    monkeypatch.setattr(app.jinja_env, "loader", DictLoader({"words.html": source}))
    monkeypatch.setattr(app.jinja_env, "_of_language", {})
    with app.test_request_context(), force_locale("nl"):
        return render_template("words.html", **given)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('{{ _("Sign out") }}', "Uitloggen"),
        ("{% trans %}Sign out{% endtrans %}", "Uitloggen"),
        ('{{ _("round %(n)s", n=2) }}', "ronde 2"),
        ('{{ _("round %(n)s", n=name) }}', "ronde &lt;b&gt;"),
        ("{% trans n=name %}round {{ n }}{% endtrans %}", "ronde &lt;b&gt;"),
        ('{{ _("round %(n)s", n=_("Sign out")) }}', "ronde Uitloggen"),
        ("{{ _(word) }}", "Uitloggen"),
        ('{{ ngettext("%(num)d person", "%(num)d people", 1) }}', "1 persoon"),
        ('{{ ngettext("%(num)d person", "%(num)d people", 3) }}', "3 mensen"),
        ('{{ _("<i>100%%</i>") }}{{ _("<i>") ~ name }}', "<i>100%</i><i>&lt;b&gt;"),
    ],
)
def test_a_sentence_in_dutch(app: Flask, monkeypatch: pytest.MonkeyPatch, source: str, shown: str) -> None:
    assert rendered(app, monkeypatch, source, name="<b>", word="Sign out") == shown
    with unfolded(app):
        assert rendered(app, monkeypatch, source, name="<b>", word="Sign out") == shown


def test_a_literal_is_not_looked_up_while_the_page_is_drawn(app: Flask) -> None:
    with app.test_request_context(), force_locale("nl"):
        folded = _Folding().visit(app.jinja_env.parse('{{ _("Sign out") }}{{ _(word) }}'))
    assert [call.args for call in folded.find_all(nodes.Call)] == [[nodes.Name("word", "load")]]
    assert isinstance(app.jinja_env, FoldingEnvironment)
