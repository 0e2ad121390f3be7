"""Registering as a person does: page after page, by the labels that each page has."""

from collections.abc import Mapping

from tests.client import PageClient
from tests.form import Form, Value
from tests.page import Page

MINE = "It is about me or my family"
REFERRED = "I refer somebody, for my work"
ON_BEHALF = "I fill it in on behalf of somebody I know"
#: The same, where staff were rung.
RANG = {
    MINE: "The person it is about, or one of them",
    REFERRED: "Somebody who refers them, for their work",
    ON_BEHALF: "Somebody close to them, on their behalf",
}
WHO = "Who registers"


def of_page(form: Form, values: Mapping[str, Value]) -> dict[str, Value]:
    """Those of these answers that the form asks for. Staff are asked about whoever rang them: their name, not yours."""
    theirs = {label.replace("Your ", "Their "): value for label, value in values.items()}
    return {label: value for label, value in (theirs | dict(values)).items() if form.asks(label)}


def begin(client: PageClient, values: Mapping[str, Value]) -> Page:
    """From the first page, on which who registers is a button, to that with questions."""
    who = str(values[WHO])
    return client.submit(who if who in client.here.buttons else RANG[who])


def answer(client: PageClient, values: Mapping[str, Value]) -> Page:
    """From a page with questions to that on which all answers are checked."""
    while "Continue" in client.here.buttons:
        page = client.here.url
        client.submit("Continue", of_page(Form(client.here, client.here.button("Continue")), values))
        assert client.here.url != page, f"{page} comes again"
    return client.here


def register(client: PageClient, values: Mapping[str, Value]) -> Page:
    """From the first page to the case, or the page of thanks."""
    begin(client, values)
    answer(client, values)
    return client.submit("Register")
