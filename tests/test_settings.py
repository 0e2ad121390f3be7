"""Settings from the environment, and error messages for invalid ones."""

import subprocess
import sys
from pathlib import Path

import pytest

from config import POSTBOX, ConfigError, Settings, load_settings
from tests.database import CONTENT_KEY
from tests.demo.command import write_keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_keys(tmp_path / "keys.json", CONTENT_KEY)
    return tmp_path


def load(folder: Path, **environ: str) -> Settings:
    return load_settings({"EKC_INSTANCE": str(folder), **environ})


@pytest.mark.parametrize(
    ("environ", "required"),
    [
        ({}, False),
        ({"EKC_BASE_URL": "https://plan.example.org"}, True),
        ({"EKC_BASE_URL": "https://plan.example.org", "EKC_DEMO": "1"}, False),
        ({"EKC_BASE_URL": "https://plan.example.org", "EKC_SECOND_FACTOR": "optional"}, False),
        ({"EKC_SECOND_FACTOR": "required"}, True),
        ({"EKC_SECOND_FACTOR": ""}, False),
    ],
)
def test_a_second_factor_is_required_on_a_real_service(folder: Path, environ: dict[str, str], required: bool) -> None:
    assert load(folder, **environ).second_factor_required is required


def test_proxies_are_counted(folder: Path) -> None:
    assert [load(folder, **told).proxies for told in ({}, {"EKC_PROXIES": "0"}, {"EKC_PROXIES": "2"})] == [0, 0, 2]


SENDER = "Own Plan <plan@example.org>"


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("smtps://plan:p%40ss%3A1@mail.example.org", ("mail.example.org", 465, "tls", "plan", "p@ss:1")),
        ("smtps://mail.example.org:4650", ("mail.example.org", 4650, "tls", "", "")),
        ("smtp://plan:x@mail.example.org?tls=starttls", ("mail.example.org", 587, "starttls", "plan", "x")),
        ("smtp://mail.example.org:25?tls=starttls", ("mail.example.org", 25, "starttls", "", "")),
        ("smtp://localhost", ("localhost", 25, "none", "", "")),
        ("smtp://[::1]:2525", ("::1", 2525, "none", "", "")),
    ],
)
def test_a_mail_server_is_read(folder: Path, url: str, where: tuple[object, ...]) -> None:
    settings = load(folder, EKC_MAIL_URL=url, EKC_MAIL_FROM=SENDER)

    mail = settings.mail
    assert mail is not None
    assert (mail.host, mail.port, mail.security, mail.user, mail.password) == where
    assert (mail.sender.display_name, mail.sender.addr_spec) == ("Own Plan", "plan@example.org")
    assert [secret for secret in ("password='", "p@ss", "p%40ss", "user=") if secret in repr(settings)] == []


def test_without_a_mail_server_there_is_none_and_a_demonstration_has_its_post_box(folder: Path) -> None:
    assert load(folder, EKC_MAIL_URL="", EKC_MAIL_FROM="").mail is None
    assert load(folder, EKC_MAIL_URL="smtp://localhost", EKC_MAIL_FROM=SENDER, EKC_DEMO="1").mail is POSTBOX


def test_the_queue_is_a_file_of_its_own_unless_it_is_named(folder: Path) -> None:
    assert load(folder).queue_url == f"sqlite:///{folder.resolve() / 'queue.sqlite'}"
    assert load(folder, EKC_DEMO="1").queue_url == f"sqlite:///{folder.resolve() / 'demo-queue.sqlite'}"
    assert load(folder, EKC_QUEUE_URL="redis://queue/0").queue_url == "redis://queue/0"
    with pytest.raises(ConfigError, match=r"^EKC_QUEUE_URL has to begin with sqlite:///") as told:
        load(folder, EKC_QUEUE_URL="amqp://plan:secret@queue")
    assert "secret" not in str(told.value)


_LOOKS = (
    "EKC_MAIL_URL has to look like smtps://user:password@host, or smtp://user:password@host?tls=starttls. "
    "In user and password, write each sign that is no letter or digit as % and its code, such as %40 for @."
)
_NAMED = 'EKC_MAIL_FROM has to be one name and address, such as: "Own Plan <plan@example.org>".'


@pytest.mark.parametrize(
    ("url", "sender", "sentence"),
    [
        (
            "smtps://plan:secret@mail.example.org",
            "",
            "Mails need both EKC_MAIL_URL and EKC_MAIL_FROM. Set the other one too, or leave both out.",
        ),
        (
            "smtp://plan:secret@mail.example.org",
            SENDER,
            "EKC_MAIL_URL names another machine, without TLS. Begin it with smtps://, or add ?tls=starttls.",
        ),
        *(
            (url, SENDER, _LOOKS)
            for url in (
                "secret",
                "https://plan:secret@mail.example.org",
                "smtps://plan:secret@",
                "smtps://plan:secret#1@mail.example.org",
                "smtps://plan:secret/1@mail.example.org",
                "smtps://plan:secret@mail.example.org:port",
                "smtps://plan:secret@mail.example.org?tls=starttls",
                "smtp://plan:secret@mail.example.org?tls=no",
                "smtps://plan:s%C3%A9cret@mail.example.org",
                "smtps://plan@mail.example.org",
                "smtps://[secret@mail.example.org",
            )
        ),
        *(
            ("smtp://localhost", sender, _NAMED)
            for sender in (
                "Own Plan",
                "a@example.org, b@example.org",
                "Own Plan <plan>",
                "Plan <plan@example.org>\nBcc: x@example.org",
                "plan@exämple.org",
                "<>",
            )
        ),
    ],
)
def test_a_mail_server_that_makes_no_sense_is_said_without_its_secret(
    folder: Path, url: str, sender: str, sentence: str
) -> None:
    with pytest.raises(ConfigError) as told:
        load(folder, EKC_MAIL_URL=url, EKC_MAIL_FROM=sender)

    assert (str(told.value), told.value.__context__) == (sentence, None)  # what is below may repeat it


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        (
            {"EKC_SECOND_FACTOR": "yes"},
            "EKC_SECOND_FACTOR is 'yes'. Set it to one of required, optional, or leave it out.",
        ),
        (
            {"EKC_PROXIES": "-1"},
            "EKC_PROXIES is '-1'. Set it to one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, or leave it out.",
        ),
    ],
)
def test_what_makes_no_sense_is_said(folder: Path, environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(ConfigError) as told:
        load(folder, **environ)

    assert str(told.value) == sentence


def test_settings_are_read_without_the_product() -> None:
    """Reading the settings imports neither Flask nor SQLAlchemy."""
    program = "import sys, config; print(sorted({'flask', 'sqlalchemy', 'weasyprint', 'ekc.app'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert run.stdout == "[]\n"


def test_the_countries_are_some_of_those_that_there_are(folder: Path) -> None:
    told: tuple[dict[str, str], ...] = ({}, {"EKC_COUNTRIES": "nz"}, {"EKC_COUNTRIES": "england, nl,england"})
    assert [load(folder, **one).countries for one in told] == [("nl", "england", "nz"), ("nz",), ("england", "nl")]
    with pytest.raises(ConfigError, match="EKC_COUNTRIES names 'narnia'"):
        load(folder, EKC_COUNTRIES="nl,narnia")
