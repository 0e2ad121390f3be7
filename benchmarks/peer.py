"""A peer: the same kind of case in Django's admin, which is what many would have built instead. Its form and its list.

A conference of eighteen people, changed on one page, and a list of twenty conferences. Django is installed beside the
product and never with it (`bin/bench`): `python -m benchmarks.peer` makes its database and prints the cookie of
somebody who is signed in; `gunicorn benchmarks.peer:application` serves it.
"""

import os
import sys
from datetime import UTC, datetime
from typing import Any

import django
from django.conf import settings
from sqlalchemy.engine import make_url

_PEOPLE, _CASES = 18, 20


def _database() -> dict[str, Any]:
    url = make_url(os.environ["EKC_DATABASE_URL"])
    if url.drivername.startswith("sqlite"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{url.database}.peer"}
    where = {"HOST": url.query.get("host", url.host) or "", "PORT": url.port or "", "NAME": url.database}
    return {"ENGINE": "django.db.backends.postgresql", **where, "USER": url.username, "PASSWORD": url.password or ""}


settings.configure(
    DATABASES={"default": {**_database(), "CONN_MAX_AGE": None}},
    SECRET_KEY="only measured, never served to anybody",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    STATIC_URL="static/",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        *(f"django.contrib.{one}" for one in ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")),
        "benchmarks",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
)
django.setup()

from django.contrib import admin  # noqa: E402 - Django wants its settings first
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import path  # noqa: E402


class Conference(models.Model):  # type: ignore[misc]
    """A case."""

    number = models.CharField(max_length=20)
    title = models.CharField(max_length=80)
    phase = models.CharField(max_length=32)
    question = models.TextField()
    municipality = models.CharField(max_length=80)
    coordinator = models.ForeignKey(User, models.CASCADE)
    starts_at = models.DateTimeField()

    class Meta:
        """Where it belongs."""

        app_label = "benchmarks"

    def __str__(self) -> str:
        return str(self.title)


class Person(models.Model):  # type: ignore[misc]
    """Somebody in its circle."""

    conference = models.ForeignKey(Conference, models.CASCADE)
    name = models.CharField(max_length=80)
    part = models.CharField(max_length=32)
    phone = models.CharField(max_length=20)
    informed_on = models.DateField(null=True)

    class Meta:
        """Where it belongs."""

        app_label = "benchmarks"

    def __str__(self) -> str:
        return str(self.name)


class People(admin.TabularInline):  # type: ignore[misc]
    """The circle, below the case."""

    model = Person
    extra = 0


@admin.register(Conference)
class Conferences(admin.ModelAdmin):  # type: ignore[misc]
    """The form of a case, and the list of cases."""

    inlines = (People,)
    list_display = ("number", "title", "phase", "municipality", "coordinator", "starts_at")
    list_select_related = ("coordinator",)
    list_filter = ("phase",)
    search_fields = ("title",)


urlpatterns = [path("admin/", admin.site.urls)]
FORM, LIST = "/admin/benchmarks/conference/1/change/", "/admin/benchmarks/conference/"
application = get_wsgi_application()


def make() -> str:
    """Make the tables and the cases; the cookie of somebody who is signed in."""
    call_command("migrate", verbosity=0, run_syncdb=True)
    with connection.schema_editor() as schema:
        for table in (Conference, Person):
            if table._meta.db_table not in connection.introspection.table_names():
                schema.create_model(table)
    noor = User.objects.create_superuser("noor", password="-")
    for number in range(_CASES):
        case = Conference.objects.create(
            number=f"2026-{number:04}",
            title=f"Family De Wit {number}",
            phase=("setup", "evaluation")[number % 2],
            question="How do we see to it that the children are safe and at home?",
            municipality="Tiel",
            coordinator=noor,
            starts_at=datetime(2026, 4, 18, 10, tzinfo=UTC),
        )
        Person.objects.bulk_create(
            Person(conference=case, name=f"Somebody {one}", part="family", phone=f"06 1234 56{one:02}")
            for one in range(_PEOPLE)
        )
    session = SessionStore()
    session[SESSION_KEY] = str(noor.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = noor.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}"


if __name__ == "__main__":
    sys.stdout.write(make())
