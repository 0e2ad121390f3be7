"""Entering a case through its pages: who uses which browser, at which time.

`registering.py` registers and matches, `preparing.py` prepares case and meeting, `conferring.py` has the day,
`agreeing.py` the plan, `following.py` what comes after it. No action is called here: everything goes over HTTP.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from flask import Flask

from ekc.accounts.access import Visitor
from ekc.core.clock import from_local
from ekc.core.language import gettext, in_words
from ekc.demo.case_schema import CaseFile
from ekc.workflow.wording import wording
from tests.cast import OWN, Cast, sign_in_by_password
from tests.client import PageClient
from tests.clock import FrozenClock
from tests.effort import Effort
from tests.form import Value
from tests.page import Page

#: An unused session ends after eight hours.
_BEFORE_IT_ENDS = timedelta(hours=7)


class Walk:
    """One case file on its way through the pages, and a browser for each person."""

    #: The facts, as patterns, that nobody finds at the end, because what is due by then destroyed them.
    destroyed: tuple[str, ...] = ()

    def __init__(self, app: Flask, clock: FrozenClock, cast: Cast, case: CaseFile, lead: Visitor) -> None:
        """`lead` is the coordinator of the case."""
        assert lead.actor.name == case.coordinator.name
        self.app, self.clock, self.cast, self.case, self.lead = app, clock, cast, case, lead
        self.id = 0
        self._browsers: dict[str, PageClient] = {}
        self._used: dict[str, datetime] = {}
        self._links: dict[str, str] = {}
        self._told: dict[str, dict[str, str]] = {}

    # words -------------------------------------------------------------------------------------------------------

    def said(self, sentence: str) -> str:
        """The sentence as it reads in this kind of conference."""
        with in_words(wording(self.case.variant)):
            return gettext(sentence)

    def labelled(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The values, their labels as they read in this kind of conference."""
        return {self.said(label): value for label, value in values.items()}

    # the clock ---------------------------------------------------------------------------------------------------

    def at(self, when: datetime | date, clock_time: str = "") -> None:
        """Set the clock to this local time; of a day, nine o'clock or `clock_time`."""
        day = when if isinstance(when, datetime) else datetime.combine(when, time(9))
        if clock_time:
            day = datetime.combine(day, time.fromisoformat(clock_time))
        self.clock.set(from_local(day, self.case.timezone))

    # people ------------------------------------------------------------------------------------------------------

    def name(self, id_: str) -> str:
        """The name of somebody of the file, or of the coordinator."""
        return self.case.coordinator.name if id_ == self.case.coordinator.id else self.case.people[id_].name  # type: ignore[index]

    def names(self, ids: Iterable[str]) -> list[str]:
        """The names of several people of the file."""
        return [self.name(id_) for id_ in ids]

    def staff(self, who: Visitor, url: str = "") -> PageClient:
        """The signed-in browser of somebody with an account; `url`: which page they want to open."""
        client, fresh = self._browser(who.actor.name)
        if not fresh:
            sign_in_by_password(client, who, url)
        elif url:
            client.page(url)
        return client

    def effort(self, who: str) -> Effort:
        """What the browser of somebody did: the id of a person of the file, or a name."""
        return self._browsers[who].effort if who in self._browsers else Effort()

    @property
    def coordinator(self) -> PageClient:
        """The coordinator's browser, signed in."""
        return self.staff(self.lead)

    def invite(self, id_: str, question: str = "", answer: str = "") -> None:
        """The coordinator makes a personal link, hands it over and tells the code; or agrees on a question."""
        client = self.coordinator
        if question or client.at is None or f"Make a link for {self.name(id_)}" not in client.here.buttons:
            client.page(self.url("links"))
        if question:
            client.follow(self.name(id_))
            asked = {"What is asked on a new device?": "A question that we agreed on"}
            page = client.shown("Make a link", {**asked, "What do we ask?": question, "What is the answer?": answer})
            self._told[id_] = {question: answer.upper()}
        else:
            page = client.shown(f"Make a link for {self.name(id_)}")
            (code,) = [node.text or "" for node in page.all("p") if node.get("class") == "big-number"]
            self._told[id_] = {"Entrance code": code}
        (shown,) = [node.text or "" for node in page.all("code")]
        self._links[id_] = shown.removeprefix("http://localhost")

    def guest(self, id_: str) -> PageClient:
        """The browser of somebody who used their personal link, on a phone of their own."""
        client, fresh = self._browser(id_)
        if not fresh:
            client.page(self._links[id_])
            if client.submit("Go to my page").heading == "Is it you?":  # only the first time
                client.submit("Open my page", {**self._told[id_], "Who uses this device?": OWN})
        return client

    def let_in(self, id_: str) -> PageClient:
        """Somebody opens their link on a shared tablet without the code, and the coordinator confirms them by phone."""
        client = self._new_browser()
        client.page(self._links[id_])
        client.submit("Go to my page")
        page = client.submit("I have no code: ask my coordinator")
        (number,) = [node.text or "" for node in page.all("p") if node.get("class") == "big-number"]
        assert number in self.open("links").here.text
        self.coordinator.submit("It is them", near=self.name(id_))
        client.page(page.url)
        client.submit("Go to my page")
        return client

    def _new_browser(self) -> PageClient:
        made = self.app.test_client()
        assert isinstance(made, PageClient)
        return made

    def _browser(self, key: str) -> tuple[PageClient, bool]:
        """A browser, and whether its session is still valid."""
        if key not in self._browsers:
            self._browsers[key] = self._new_browser()
        fresh = key in self._used and abs(self.clock() - self._used[key]) < _BEFORE_IT_ENDS
        self._used[key] = self.clock()
        return self._browsers[key], fresh

    # pages -------------------------------------------------------------------------------------------------------

    def url(self, page: str = "") -> str:
        """The URL of a page of the case; of the case page without a name."""
        return f"/conferences/{self.id}" + (f"/{page}" if page else "")

    def open(self, page: str = "") -> PageClient:
        """The coordinator opens a page of the case."""
        return self.staff(self.lead, self.url(page))

    def step(self, title: str) -> Page:
        """The coordinator takes a step: with a button of this page or the case page, or on the page of the step."""
        client = self.coordinator
        if client.at and title in client.here.buttons and client.here.url.startswith(self.url()):
            return client.submit(title)
        client = self.open()
        if title not in client.here.buttons:
            client.follow(title)
        return client.submit(title)
