"""The first page, and signing in with one click, which only the demo offers."""

import pytest
from flask import Flask

from tests.cast import Cast
from tests.client import PageClient


@pytest.fixture
def demo(demo_app: Flask, database_url: str, cast: Cast) -> PageClient:
    """A client of the demo."""
    made = demo_app.test_client()
    assert isinstance(made, PageClient)
    return made


def test_the_first_page_leads_on(client: PageClient) -> None:
    client.page("/")
    assert client.follow("Sign in").heading == "Sign in"

    client.page("/")
    assert client.follow("Register a conference").url == "/register"


def test_one_click_is_enough_to_be_somebody(demo: PageClient) -> None:
    demo.page("/")
    demo.submit("Continue as Noor van Dijk")
    assert demo.get("/sign-in").status_code == 302


def test_elsewhere_nobody_is_anybody(client: PageClient, cast: Cast) -> None:
    page = client.page("/")
    token = [node.get("value") for node in client.page("/sign-in").all("input") if node.get("name") == "csrf_token"]

    paths = (f"/demo/be/{cast.noor.account_id}", "/demo/be/link/1")
    refused = [client.post(path, data={"csrf_token": token[0]}).status_code for path in paths]

    assert (refused, [name for name in page.buttons if name.startswith("Continue as ")]) == ([404, 404], [])


def test_there_is_nobody_to_be_by_another_number(demo: PageClient) -> None:
    demo.page("/sign-in")
    token = dict(demo.form("Sign in").fill({}).fields)["csrf_token"]

    assert [demo.post(f"/demo/be/{who}", data={"csrf_token": token}).status_code for who in ("99", "link/1")] == [
        404
    ] * 2
