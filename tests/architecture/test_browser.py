"""Tests of the browser checks: each detects the fault it is for."""

from pathlib import Path

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Error

from tests.fits import what_does_not_fit
from tests.look import Onlooker
from tests.pagecheck import POLICY
from tests.plugins.browser import served, visiting

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Circle</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css">{}</head>
<body><main><h1>Circle</h1><p>Who is there</p>{}</main></body></html>"""


def app_of(head: str = "", body: str = "", style: str = "") -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: PAGE.format(head, body), endpoint="page")
    app.add_url_rule("/style.css", view_func=lambda: Response(style, mimetype="text/css"), endpoint="style")

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = "; ".join(sorted(POLICY))
        return response

    return app


def test_a_good_page_passes_and_leaves_its_pictures(browser: Browser, tmp_path: Path) -> None:
    with served(app_of()) as address, visiting(browser, address) as page:
        page.goto("/")
        Onlooker(tmp_path).look(page, "circle")

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "circle-dark.png",
        "circle-light.png",
        "circle-narrow.png",
    ]


@pytest.mark.parametrize(
    ("body", "style", "fault"),
    [
        ("", "p { color: #ddd; background: #fff }", "light: color-contrast"),
        ("", "@media (prefers-color-scheme: dark) { p { color: #333; background: #000 } }", "dark: color-contrast"),
        ('<input name="lonely">', "", "light: label"),
        ('<p class="long">x</p>', ".long { inline-size: 500px }", "at 320 pixels the page is"),
    ],
)
def test_a_bad_page_is_seen(browser: Browser, body: str, style: str, fault: str) -> None:
    with served(app_of("", body, style)) as address, visiting(browser, address) as page:
        page.goto("/")
        with pytest.raises(AssertionError) as failure:
            Onlooker().look(page, "circle")

    assert fault in str(failure.value)


def test_what_does_not_fit_is_seen(browser: Browser) -> None:
    style = ".one { white-space: nowrap; inline-size: max-content } .two { inline-size: 50px; overflow: hidden }"
    app = app_of("", '<p class="one">QnameZ</p><p class="two">QnameZ</p>', style)

    with served(app) as address, visiting(browser, address) as page:
        page.goto("/")
        found = what_does_not_fit(page)

    assert [kind for kind in ("the page is", "beyond the edge", "cut off", "printed") if kind not in str(found)] == []


def test_what_the_policy_blocks_is_seen(browser: Browser) -> None:
    app = app_of("<script>document.title = 'taken'</script>")

    with (
        pytest.raises(AssertionError, match="Content Security Policy"),
        served(app) as address,
        visiting(browser, address) as page,
    ):
        page.goto("/")


def test_another_machine_is_out_of_reach(browser: Browser) -> None:
    with (
        served(app_of()) as address,
        visiting(browser, address) as page,
        pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"),
    ):
        page.goto("http://example.org/")
