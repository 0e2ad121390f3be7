"""The language of pages."""

import pytest
from sqlalchemy.orm import Session

from ekc.accounts.queries import visitor_of_account
from ekc.core.language import language
from tests.cast import Cast, sign_in
from tests.client import PageClient
from tests.plugins.web import MakeApp


def language_of(client: PageClient, **headers: str) -> str | None:
    return client.page("/sign-in", headers=headers).tree.get("lang")


def test_the_browser_is_asked_first_time(client: PageClient) -> None:
    asked = ["nl", "nl-NL,nl;q=0.9,en;q=0.8", "tr,en;q=0.5", "tr", "", "*"]

    assert [language_of(client, **{"Accept-Language": header}) for header in asked] == [
        "nl",
        "nl",
        "en",
        "en",
        "en",
        "en",
    ]


@pytest.mark.parametrize(("countries", "spoken"), [(("nl",), "nl"), (("england", "nz"), "en"), (("nl", "nz"), "en")])
def test_a_browser_whose_languages_we_do_not_have_gets_that_of_the_country(
    make_app: MakeApp, countries: tuple[str, ...], spoken: str
) -> None:
    client = make_app(countries=countries).test_client()

    assert [language_of(client, **{"Accept-Language": header}) for header in ("tr", "", "en")] == [spoken, spoken, "en"]  # type: ignore[arg-type]


def test_a_choice_is_kept_and_leads_back(client: PageClient) -> None:
    response = client.get("/language/nl?next=/sign-in?next=/x")

    assert (response.status_code, response.location) == (303, "/sign-in?next=/x")
    assert language_of(client, **{"Accept-Language": "en"}) == "nl"


def test_an_unknown_language_is_not_there(client: PageClient) -> None:
    assert [client.get(f"/language/{code}").status_code for code in ("xx", "NL", "nl%00")] == [404, 404, 400]


def test_nobody_is_sent_away(client: PageClient) -> None:
    assert client.get("/language/nl?next=//evil.example").location == "/"


def test_an_account_remembers(client: PageClient, cast: Cast, db_session: Session) -> None:
    sign_in(client, cast.noor)
    client.get("/language/nl?next=/")
    client.delete_cookie("language")

    noor = visitor_of_account(db_session, cast.noor.account_id or 0)
    assert noor is not None
    assert (noor.language, client.page("/").tree.get("lang")) == ("nl", "nl")


def test_a_made_up_cookie_changes_nothing(client: PageClient) -> None:
    client.set_cookie("language", "<script>")

    assert language_of(client) == "en"


def test_a_page_that_says_no_is_in_the_language_too(client: PageClient) -> None:
    client.set_cookie("language", "nl")

    nowhere = client.page("/nowhere", status=404)
    assert (nowhere.tree.get("lang"), "Deze pagina is er niet" in nowhere.text) == ("nl", True)
    assert 'lang="nl"' in client.post("/sign-in").text  # refused before any view


def test_nothing_is_left_for_the_next_request(client: PageClient) -> None:
    dutch = {"Accept-Language": "nl"}
    assert [language_of(client, **dutch), language_of(client), language_of(client, **dutch)] == ["nl", "en", "nl"]
    client.page("/nowhere", status=404, headers=dutch)
    assert (language(), language_of(client)) == ("en", "en")
