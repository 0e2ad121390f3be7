"""The file of single sign-on providers: valid settings, and error messages for all others."""

from pathlib import Path

import pytest

from config import ConfigError, Provider, is_secure_url, load_providers, load_settings
from tests.database import CONTENT_KEY
from tests.demo.command import write_keys

GOOD = """
[rivierstad]
name = "Rivierstad"
issuer = "https://login.rivierstad.example"
client_id = "own-plan"
secret_file = "rivierstad.secret"
domains = ["Rivierstad.example"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "rivierstad.secret").write_text("not to be seen\n")
    (tmp_path / "empty.secret").write_text("\n")
    return tmp_path / "providers.toml"


def test_a_provider_is_read(file: Path) -> None:
    file.write_text(GOOD)
    read = load_providers(file)

    assert read == (
        Provider(
            key="rivierstad",
            name="Rivierstad",
            issuer="https://login.rivierstad.example",
            client_id="own-plan",
            client_secret="not to be seen",
            domains=("rivierstad.example",),
        ),
    )
    assert "not to be seen" not in repr(read)


def test_all_that_can_be_set(file: Path) -> None:
    file.write_text(
        GOOD
        + 'email_claim = "upn"\nverified_claim = "xms_edov"\n'
        + 'second_factor = false\nacr = ["high"]\namr = ["mfa", "hwk"]\n'
        + GOOD.replace("[rivierstad]", "[the-2nd]")
    )

    first, second = load_providers(file)
    assert (first.email_claim, first.verified_claim, first.second_factor, first.acr, first.amr) == (
        "upn",
        "xms_edov",
        False,
        ("high",),
        ("mfa", "hwk"),
    )
    assert (second.key, second.second_factor, second.amr) == ("the-2nd", True, ())


def test_a_file_of_the_first_release_is_read_to_the_same_values() -> None:
    assert load_providers(Path(__file__).parent / "stored" / "providers.toml") == (
        Provider(
            key="rivierstad",
            name="Gemeente 's-Gravenhage & Öz 🙂",
            issuer="https://login.rivierstad.example/tenant",
            client_id="own-plan",
            client_secret="not to be seen",
            domains=("rivierstad.example", "werk.rivierstad.example"),
        ),
        Provider(
            key="the-2nd",
            name="فاطمة",
            issuer="http://localhost:9400",
            client_id="2",
            client_secret="not to be seen",
            domains=("second.example",),
            email_claim="upn",
            verified_claim="xms_edov",
            second_factor=False,
            acr=(),
            amr=("mfa", "hwk"),
        ),
    )


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        ("[rivierstad]", "[Rivier_stad]", "name it with small letters"),
        ("[rivierstad]", "rivierstad = 1\n[other]", "each provider is a table"),
        ('name = "Rivierstad"', "", "it lacks name."),
        ('name = "Rivierstad"', 'name = ""', "name must be a word."),
        ('name = "Rivierstad"', "name = 7", "name must be a word."),
        ('name = "Rivierstad"', 'name = "R"\nnickname = "R"', "there is no setting nickname."),
        ('name = "Rivierstad"', 'name = "R"\nsecond_factor = "no"', "second_factor must be true or false."),
        ('name = "Rivierstad"', 'name = "R"\nkey = "r"', "there is no setting key."),
        ('name = "Rivierstad"\nissuer = "https://', 'login = "https://', "it lacks issuer, name."),
        ('name = "Rivierstad"', 'name = "R"\nacr = ["high", ""]', "acr must be a list of words."),
        ('name = "Rivierstad"', 'name = "R"\namr = "mfa"', "amr must be a list of words."),
        ('name = "Rivierstad"', 'name = "R"\nclient_secret = "s"', "there is no setting client_secret."),
        ('["Rivierstad.example"]', '"rivierstad.example"', "domains must be a list of words."),
        ('["Rivierstad.example"]', "[1]", "domains must be a list of words."),
        ('["Rivierstad.example"]', "[]", "it names no domains, so it could vouch for nobody."),
        ("rivierstad.secret", "nowhere.secret", "its secret cannot be read"),
        ("rivierstad.secret", "empty.secret", "its secret is empty."),
        ("https://", "http://", "the issuer must begin with https://."),
    ],
)
def test_what_makes_no_sense_is_said(file: Path, good: str, bad: str, sentence: str) -> None:
    file.write_text(GOOD.replace(good, bad))

    with pytest.raises(ConfigError, match=r"^\[.*providers\.toml: ") as caught:
        load_providers(file)

    assert sentence in str(caught.value)


@pytest.mark.parametrize("text", [None, "[rivierstad", "\udcff"])
def test_a_file_that_cannot_be_read(file: Path, text: str | None) -> None:
    if text is not None:
        file.write_bytes(text.encode(errors="surrogateescape"))

    with pytest.raises(ConfigError, match="named by EKC_OIDC, cannot be read"):
        load_providers(file)


def test_the_settings_name_the_file(file: Path) -> None:
    file.write_text(GOOD)
    write_keys(file.parent / "keys.json", CONTENT_KEY)
    environment = {"EKC_INSTANCE": str(file.parent)}

    assert load_settings(environment).providers == ()
    named = load_settings({**environment, "EKC_OIDC": str(file)})
    assert [provider.key for provider in named.providers] == ["rivierstad"]


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://login.example", True),
        ("http://localhost:9400", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:9400", True),
        ("http://login.example", False),
        ("http://localhost.example", False),
        ("http://127.0.0.1.example", False),
        ("ftp://localhost", False),
        ("https://", False),
        ("http://[::1", False),
        ("login.example", False),
        ("", False),
    ],
)
def test_secrets_travel_over_tls_or_not_at_all(address: str, safe: bool) -> None:
    assert is_secure_url(address) is safe
