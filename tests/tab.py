"""Actions in a real browser, each of which waits for the page it leads to."""

from playwright.sync_api import Page, Response

from tests.cast import CODE, PASSWORD, mail_of


def press(tab: Page, button: str) -> Response | None:
    """Presses a button and waits until the page that comes of it is there, whole."""
    with tab.expect_navigation() as went:
        tab.get_by_role("button", name=button, exact=True).click()
    return went.value


def follow(tab: Page, link: str) -> None:
    """Follows a link and waits until the page it leads to is there, whole."""
    with tab.expect_navigation():
        tab.get_by_role("link", name=link, exact=True).click()


def unfold(tab: Page) -> None:
    """Opens what is folded away, as a person would who looks for something."""
    tab.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")


def sign_in(tab: Page, name: str, address: str = "") -> None:
    """Sign in with the password of a person of the cast, with `address` as the target."""
    tab.goto(f"/sign-in?next={address}")
    tab.get_by_label("Email address").fill(mail_of(name))
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    press(tab, "Sign in")


def enter_as_before(tab: Page, link: str, key: str) -> None:
    """Sign in by a personal link on a device that was known before; `key`: its cookie."""
    tab.goto(link)
    tab.context.add_cookies([{"name": "link_device", "value": key, "url": tab.url}])
    press(tab, "Go to my page")


def enter(tab: Page, link: str) -> None:
    """Sign in by a personal link and the entrance code."""
    tab.goto(link)
    press(tab, "Go to my page")
    tab.get_by_label("Entrance code").fill(CODE)
    press(tab, "Open my page")
