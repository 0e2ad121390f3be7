"""The first schema: all tables, and the triggers that keep the append-only ones as they were written.

Constraints and indexes get their names from the naming convention of `ekc.core.db.Base`.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from ekc.core.db import Base

revision = "0001"
down_revision = None

_INSTANT = sa.DateTime(timezone=True)
_ACTORKINDS = "account participant public system"
_ROLES = (
    "main_person child family supporter referrer professional part_reader plan_reader comes joins in_room "
    "convenor asked_coordinator coordinator regional_manager stands_in care_manager administrator "
    "grown_up_in_room"
)
_PARTS = "main_person child family friend neighbour network supporter referrer professional interpreter"
_PHASES = "registration setup information private_time presentation evaluation closed"
_STOPREASONS = (
    "plan_already_made situation_changed network_too_small main_person_withdrew not_safe died left other "
    "registered_twice"
)
_ATTENDSS = "in_person part phone video letter spokesperson no excluded"
_STEPS = (
    "take_on open_conference begin_private_time ask_for_information come_out go_back agree_plan another_day "
    "plan_without_conference no_plan stop revise_plan reconvene close main_person_gone no_new_plan stop_round "
    "registered_twice"
)
_SOURCE_PHASES = "registration setup information private_time presentation evaluation closed"
_TARGET_PHASES = "registration setup information private_time presentation evaluation closed"
_ACTIONSTATES = "done partly not_yet no_longer_needed"
_NOTICEKINDS = (
    "day place coordinator joined consent question sent_back look_again letter no_conference end reading part "
    "paper round again plan unsafe not_done new_version not_coming dissent left_plan number_out"
)
_ENDS = "no_plan stopped gone closed without_conference another_day other_region round twice"
_TRACEKINDS = (
    "stop_wished stop_taken_back again_wished again_taken_back asked answered not_safe safety_answered "
    "consent_given consent_withdrawn attends part removed no_stands"
)


def _words(name: str, words: str) -> sa.Enum:
    """One of some words: a string with a CHECK on both databases."""
    return sa.Enum(*words.split(), name=name, native_enum=False, create_constraint=True, length=32)


def _where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


_tables = sa.MetaData(naming_convention=Base.metadata.naming_convention)

# What the program keeps for itself.

sa.Table(
    "audit_head",
    _tables,
    sa.Column("chain", sa.String(32), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("mac", sa.LargeBinary(16), nullable=False),
)
sa.Table(
    "audit_event",
    _tables,
    sa.Column("chain", sa.String(32), sa.ForeignKey("audit_head.chain"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("actor_kind", _words("actorkind", _ACTORKINDS), nullable=False),
    sa.Column("actor_id", sa.Integer),
    sa.Column("action", sa.String(48), nullable=False),
    sa.Column("conference_id", sa.Integer),
    sa.Column("detail", sa.LargeBinary),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Index("ix_audit_event_conference_id_at", "conference_id", "at"),
)
sa.Table(
    "demo_clock",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ahead", sa.Integer, nullable=False),
    sa.CheckConstraint("ahead >= 0", name="forward"),
    sa.CheckConstraint("id = 1", name="one_row"),
)
sa.Table(
    "worker_sign",
    _tables,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("seen_at", _INSTANT, nullable=False),
)
sa.Table(
    "known_key",
    _tables,
    sa.Column("fingerprint", sa.LargeBinary(16), primary_key=True),
    sa.Column("encrypts", sa.Boolean, nullable=False),
)
sa.Table(
    "form_number",
    _tables,
    sa.Column("number", sa.LargeBinary(32), primary_key=True),
    sa.Column("content", sa.LargeBinary(32), nullable=False),
    sa.Column("used_at", _INSTANT, nullable=False),
    sa.Column("result", sa.String(400)),
    sa.Index("ix_form_number_used_at", "used_at"),
)
sa.Table(
    "job",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.Integer, nullable=False),
    sa.Column("key", sa.String(120)),
    sa.Column("state", _words("jobstate", "waiting running done failed cancelled"), nullable=False),
    sa.Column("added_at", _INSTANT, nullable=False),
    sa.Column("due", _INSTANT, nullable=False),
    sa.Column("until", _INSTANT),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("held_until", _INSTANT),
    sa.Column("is_probe", sa.Boolean, nullable=False),
    sa.Column("parts_done", sa.Integer, nullable=False),
    sa.Column("parts", sa.Integer, nullable=False),
    sa.Column("error", sa.String(200)),
    sa.Column("ended_at", _INSTANT),
    sa.Column("cause", sa.String(32)),
    sa.UniqueConstraint("key"),
    sa.Index("ix_job_open", "due", "id", **_where("state in ('waiting', 'running')")),
    sa.Index("ix_job_probe", "kind", **_where("state = 'waiting' and is_probe")),
    sa.Index("ix_job_running", "kind", **_where("state = 'running'")),
    sqlite_autoincrement=True,
)
sa.Table(
    "postbox_item",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("recipient", sa.LargeBinary, nullable=False),
    sa.Column("subject", sa.LargeBinary, nullable=False),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("at", _INSTANT, nullable=False),
)
sa.Table(
    "outbox_message",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(120), nullable=False),
    sa.Column("way", _words("way", "email text"), nullable=False),
    sa.Column("message_id", sa.String(32), nullable=False),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id")),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("recipient", sa.LargeBinary, nullable=False),
    sa.Column("subject", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("link", sa.LargeBinary),
    sa.Column("ring", sa.LargeBinary),
    sa.Column("calendar", sa.LargeBinary),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("is_written", sa.Boolean, nullable=False),
    sa.Column("queued_at", _INSTANT, nullable=False),
    sa.Column("sent_at", _INSTANT),
    sa.Column("given_up_at", _INSTANT),
    sa.Column("returned_at", _INSTANT),
    sa.UniqueConstraint("key"),
    sa.UniqueConstraint("message_id"),
    sa.Index("ix_outbox_message_conference_id", "conference_id"),
    sa.Index("ix_outbox_message_participant_id", "participant_id"),
    sa.Index("ix_outbox_message_account_id", "account_id"),
    sa.Index("ix_outbox_message_returned", "account_id", **_where("returned_at is not null")),
    sqlite_autoincrement=True,
)

# Who works here.

sa.Table(
    "region",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("timezone", sa.String(40), nullable=False),
    sa.UniqueConstraint("name"),
)
sa.Table(
    "account",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("password_hash", sa.String(200)),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("introduction", sa.String(300), nullable=False),
    sa.Column("employer", sa.LargeBinary),
    sa.Column("phone", sa.LargeBinary),
    sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id"), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", _INSTANT, nullable=False),
    sa.Column("leaves_on", sa.Date),
    sa.UniqueConstraint("email"),
    sa.Index("ix_account_region_id", "region_id"),
)
sa.Table(
    "account_role",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    sa.Column("role", _words("role", _ROLES), nullable=False),
    sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id")),
    sa.Column("municipality_id", sa.Integer, sa.ForeignKey("municipality.id")),
    sa.Column("given_at", _INSTANT, nullable=False),
    sa.Column("given_by", sa.Integer, sa.ForeignKey("account.id")),
    sa.CheckConstraint("role <> 'care_manager' or municipality_id is not null", name="care_manager_has_municipality"),
    sa.CheckConstraint("role <> 'regional_manager' or region_id is not null", name="manager_has_region"),
    sa.CheckConstraint(
        "role in ('coordinator', 'regional_manager', 'care_manager', 'administrator')", name="office_role"
    ),
    sa.Index(
        "ix_account_role_account_id_role_region_id_municipality_id",
        "account_id",
        "role",
        "region_id",
        "municipality_id",
        unique=True,
    ),
)

# Signing in.

sa.Table(
    "counted_try",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.LargeBinary(32), nullable=False),
    sa.Column("until", _INSTANT, nullable=False),
    sa.Index("ix_counted_try_key_until", "key", "until"),
    sa.Index("ix_counted_try_until", "until"),
)
sa.Table(
    "spent",
    _tables,
    sa.Column("token", sa.LargeBinary(32), primary_key=True),
    sa.Column("until", _INSTANT, nullable=False),
)
sa.Table(
    "authenticator",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("added_at", _INSTANT, nullable=False),
    sa.Column("last_step", sa.Integer, nullable=False),
    sa.UniqueConstraint("account_id"),
)
sa.Table(
    "identity",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("issuer", sa.String(255), nullable=False),
    sa.Column("subject", sa.String(255), nullable=False),
    sa.Column("tied_at", _INSTANT, nullable=False),
    sa.Column("used_at", _INSTANT, nullable=False),
    sa.UniqueConstraint("account_id", "issuer"),
    sa.UniqueConstraint("issuer", "subject"),
)
sa.Table(
    "invitation",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("purpose", _words("purpose", "invitation forgotten"), nullable=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("made_by", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("made_at", _INSTANT, nullable=False),
    sa.Column("expires_at", _INSTANT, nullable=False),
    sa.Column("revoked_at", _INSTANT),
    sa.Column("used_at", _INSTANT),
    sa.UniqueConstraint("token_hash"),
    sa.Index("ix_invitation_account_id", "account_id"),
)
sa.Table(
    "known_device",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("seen_at", _INSTANT, nullable=False),
    sa.UniqueConstraint("account_id", "token_hash"),
)
sa.Table(
    "calendar_feed",
    _tables,
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), primary_key=True, autoincrement=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("with_names", sa.Boolean, nullable=False),
    sa.Column("made_at", _INSTANT, nullable=False),
    sa.Column("fetched_at", _INSTANT),
    sa.UniqueConstraint("token_hash"),
)
sa.Table(
    "passkey",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("credential_id", sa.LargeBinary(1023), nullable=False),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("handle", sa.LargeBinary(64), nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("made_at", _INSTANT, nullable=False),
    sa.Column("used_at", _INSTANT),
    sa.UniqueConstraint("credential_id"),
    sa.Index("ix_passkey_account_id", "account_id"),
)
sa.Table(
    "recovery_code",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("mark", sa.String(1), nullable=False),
    sa.Column("code_hash", sa.String(200), nullable=False),
    sa.Column("used_at", _INSTANT),
    sa.CheckConstraint("mark between '0' and '9'", name="mark"),
    sa.UniqueConstraint("account_id", "mark"),
)
sa.Table(
    "sign_in",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("link_id", sa.Integer, sa.ForeignKey("personal_link.id")),
    sa.Column("link_device_id", sa.Integer, sa.ForeignKey("link_device.id")),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column(
        "method", _words("method", "password code passkey provider provider_alone invitation link demo"), nullable=False
    ),
    sa.Column("device", sa.String(80), nullable=False),
    sa.Column("began_at", _INSTANT, nullable=False),
    sa.Column("seen_at", _INSTANT, nullable=False),
    sa.Column("idle_minutes", sa.Integer, nullable=False),
    sa.Column("ends_at", _INSTANT, nullable=False),
    sa.Column("ended_at", _INSTANT),
    sa.CheckConstraint("(account_id is null) <> (link_id is null)", name="one_owner"),
    sa.UniqueConstraint("token_hash"),
    sa.Index("ix_sign_in_account_id", "account_id"),
    sa.Index("ix_sign_in_link_device_id", "link_device_id"),
    sa.Index("ix_sign_in_link_id", "link_id"),
)

# Personal links.

sa.Table(
    "personal_link",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("question", sa.LargeBinary),
    sa.Column("answer_hash", sa.LargeBinary),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("tried_at", _INSTANT),
    sa.Column("made_by", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("made_at", _INSTANT, nullable=False),
    sa.Column("handed_over", sa.String(40), nullable=False),
    sa.Column("expires_at", _INSTANT, nullable=False),
    sa.Column("revoked_at", _INSTANT),
    sa.Column("used_at", _INSTANT),
    sa.Column("note", sa.LargeBinary),
    sa.UniqueConstraint("token_hash"),
    sa.Index("ix_personal_link_conference_id", "conference_id"),
    sa.Index("ix_personal_link_participant_id", "participant_id"),
)
sa.Table(
    "link_device",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("link_id", sa.Integer, sa.ForeignKey("personal_link.id"), nullable=False),
    sa.Column("device", sa.String(80), nullable=False),
    sa.Column("asked_at", _INSTANT, nullable=False),
    sa.Column("number", sa.Integer),
    sa.Column("confirmed_at", _INSTANT),
    sa.Column("how", _words("confirmed", "code answer coordinator family")),
    sa.Column("remembered", sa.Boolean, nullable=False),
    sa.Column("ended_at", _INSTANT),
    sa.CheckConstraint("(confirmed_at is null) = (how is null)", name="confirmed_somehow"),
    sa.UniqueConstraint("token_hash"),
    sa.Index("ix_link_device_link_id", "link_id"),
    sa.Index("ix_link_device_waiting", "asked_at", **_where("confirmed_at is null and ended_at is null")),
)

# Municipalities and organisations.

sa.Table(
    "municipality",
    _tables,
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(40)),
    sa.Column("confirmed", sa.Boolean, nullable=False),
    sa.UniqueConstraint("code"),
    sa.Index("ix_municipality_confirmed", "confirmed"),
)
sa.Table(
    "organisation",
    _tables,
    sa.Column("name", sa.LargeBinary, nullable=False),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(40)),
    sa.Column("confirmed", sa.Boolean, nullable=False),
    sa.UniqueConstraint("code"),
    sa.Index("ix_organisation_confirmed", "confirmed"),
)
sa.Table(
    "municipality_name",
    _tables,
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("municipality_id", sa.Integer, sa.ForeignKey("municipality.id"), nullable=False),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.LargeBinary(32), nullable=False),
    sa.UniqueConstraint("key"),
    sa.Index("ix_municipality_name_municipality_id", "municipality_id"),
)
sa.Table(
    "organisation_name",
    _tables,
    sa.Column("name", sa.LargeBinary, nullable=False),
    sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.LargeBinary(32), nullable=False),
    sa.UniqueConstraint("key"),
    sa.Index("ix_organisation_name_organisation_id", "organisation_id"),
)

# Forms not sent yet.

sa.Table(
    "form_draft",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("browser", sa.LargeBinary(32), nullable=False),
    sa.Column("whose", sa.String(32), nullable=False),
    sa.Column("place", sa.LargeBinary(32), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("conference_id", sa.Integer),
    sa.Column("sent", sa.Boolean, nullable=False),
    sa.Column("until", _INSTANT, nullable=False),
    sa.Column("link", sa.LargeBinary(32), unique=True),
    sa.UniqueConstraint("browser", "whose", "place"),
    sa.Index("ix_form_draft_conference_id", "conference_id"),
    sa.Index("ix_form_draft_until", "until"),
)
sa.Table(
    "file_order",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("whose", sa.String(32), nullable=False),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id")),
    sa.Column("same", sa.LargeBinary(32), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("ordered_at", _INSTANT, nullable=False),
    sa.Column("until", _INSTANT, nullable=False),
    sa.Column("made_at", _INSTANT),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("parts", sa.Integer, nullable=False),
    sa.Index("ix_file_order_conference_id", "conference_id"),
    sa.Index("ix_file_order_whose", "whose"),
    sa.Index("ix_file_order_until", "until"),
    sqlite_autoincrement=True,
)
sa.Table(
    "file_piece",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("order_id", sa.Integer, sa.ForeignKey("file_order.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("order_id", "number"),
)

# The case and its circle.

sa.Table(
    "case_counter",
    _tables,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)
sa.Table(
    "conference",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.String(20), nullable=False),
    sa.Column("variant", _words("variant", "family individual recovery group learning"), nullable=False),
    sa.Column("profile", sa.String(16), nullable=False),
    sa.Column("workflow_version", sa.Integer, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("timezone", sa.String(40), nullable=False),
    sa.Column("legal_context", _words("legalcontext", "voluntary pressure court"), nullable=False),
    sa.Column("municipality_id", sa.Integer, sa.ForeignKey("municipality.id"), nullable=False),
    sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id"), nullable=False),
    sa.Column("title", sa.LargeBinary, nullable=False),
    sa.Column("topics", sa.LargeBinary, nullable=False),
    sa.Column("sides", sa.LargeBinary, nullable=False),
    sa.Column("question", sa.LargeBinary, nullable=False),
    sa.Column("question_agreed_on", sa.Date),
    sa.Column("question_agreed_before_on", sa.Date),
    sa.Column("registered_on", sa.Date, nullable=False),
    sa.Column("registered_by", _words("part", _PARTS), nullable=False),
    sa.Column("reason", sa.LargeBinary, nullable=False),
    sa.Column("wishes", sa.LargeBinary, nullable=False),
    sa.Column("sought", sa.LargeBinary, nullable=False),
    sa.Column("no_bottom_lines_on", sa.Date),
    sa.Column("no_bottom_lines_before_on", sa.Date),
    sa.Column("searchable", sa.Boolean, nullable=False),
    sa.Column("phase", _words("phase", _PHASES), nullable=False),
    sa.Column("phase_since", _INSTANT, nullable=False),
    sa.Column("norm_until", sa.Date),
    sa.Column("paused_at", _INSTANT),
    sa.Column("silent_since", sa.Date),
    sa.Column("asked_how_on", sa.Date),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("presentation", sa.Integer, nullable=False),
    sa.Column("plan_number", sa.Integer, nullable=False),
    sa.Column("earlier_plans", sa.Integer, nullable=False, server_default="0"),
    sa.Column("without_conference", sa.Boolean, nullable=False),
    sa.Column("outcome", _words("outcome", "plan no_plan stopped")),
    sa.Column("stop_reason", _words("stopreason", _STOPREASONS)),
    sa.Column("tasks_ended_on", sa.Date),
    sa.Column("closed_on", sa.Date),
    sa.Column("coordinator_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("asked_coordinator_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("follows_id", sa.Integer, sa.ForeignKey("conference.id")),
    sa.Column("follows_said", sa.LargeBinary),
    sa.Column("agencies_before", sa.LargeBinary),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("(phase = 'closed') = (outcome is not null)", name="closed_has_outcome"),
    sa.CheckConstraint(
        "phase in ('registration', 'closed') or coordinator_id is not null", name="coordinator_from_setup_on"
    ),
    sa.CheckConstraint("phase <> 'evaluation' or plan_number > 0", name="evaluation_has_plan"),
    sa.CheckConstraint("outcome <> 'stopped' or stop_reason is not null", name="stopped_has_reason"),
    sa.UniqueConstraint("number"),
    sa.Index("ix_conference_asked_coordinator_id", "asked_coordinator_id"),
    sa.Index("ix_conference_coordinator_id_phase", "coordinator_id", "phase"),
    sa.Index("ix_conference_follows_id", "follows_id"),
    sa.Index("ix_conference_municipality_id_phase", "municipality_id", "phase"),
    sa.Index("ix_conference_norm_until", "region_id", "norm_until", "id", **_where("norm_until is not null")),
    sa.Index("ix_conference_open", "coordinator_id", **_where("phase <> 'closed'")),
    sa.Index("ix_conference_paused_at", "region_id", "paused_at", "id", **_where("paused_at is not null")),
    sa.Index("ix_conference_silent_since", "region_id", "silent_since", "id", **_where("silent_since is not null")),
    sa.Index("ix_conference_region_id_phase", "region_id", "phase"),
)
sa.Table(
    "pause",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("reason", sa.LargeBinary, nullable=False),
    sa.Column("began_at", _INSTANT, nullable=False),
    sa.Column("began_by", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("ended_at", _INSTANT),
    sa.Column("ended_by", sa.Integer, sa.ForeignKey("account.id")),
    sa.Index("ix_pause_conference_id", "conference_id"),
    sa.Index("uq_pause_open", "conference_id", unique=True, **_where("ended_at is null")),
)
sa.Table(
    "participant",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("part", _words("part", _PARTS), nullable=False),
    sa.Column("name", sa.LargeBinary, nullable=False),
    sa.Column("relation", sa.LargeBinary, nullable=False),
    sa.Column("organisation", sa.LargeBinary, nullable=False),
    sa.Column("speaks_for", sa.LargeBinary, nullable=False),
    sa.Column("side", sa.LargeBinary, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("second_language", sa.String(8), server_default="", nullable=False),
    sa.Column("timezone", sa.String(40), server_default="", nullable=False),
    sa.Column("born", sa.LargeBinary),
    sa.Column("born_until", sa.LargeBinary),
    sa.Column("phone", sa.LargeBinary, nullable=False),
    sa.Column("plan_phone", sa.LargeBinary),
    sa.Column("plan_phone_on", sa.Date),
    sa.Column("email", sa.LargeBinary, nullable=False),
    sa.Column("address", sa.LargeBinary, nullable=False),
    sa.Column("address_secret", sa.Boolean, nullable=False),
    sa.Column("needs", sa.LargeBinary, nullable=False),
    sa.Column("need_kinds", sa.LargeBinary, nullable=False),
    sa.Column("needs_interpreter", sa.Boolean, nullable=False),
    sa.Column("support_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("closeness", _words("closeness", "closest close far")),
    sa.Column("brought_by_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("attends", _words("attends", _ATTENDSS)),
    sa.Column("view", sa.LargeBinary, nullable=False),
    sa.Column("exclusion_reason", sa.LargeBinary),
    sa.Column("excluded_by", sa.LargeBinary),
    sa.Column("excluded_on", sa.Date),
    sa.Column("informed_on", sa.Date),
    sa.Column("informed_at", _INSTANT),
    sa.Column("informed_before_on", sa.Date),
    sa.Column("informed_of", sa.LargeBinary, nullable=False),
    sa.Column("told_on", sa.Date),
    sa.Column("informed_how", _words("informedhow", "in_person phone video letter")),
    sa.Column("informed_by", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("worries", sa.LargeBinary, nullable=False),
    sa.Column("safe_on", sa.Date),
    sa.Column("safe_before_on", sa.Date),
    sa.Column("safe_by", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("attends_before", _words("attends_before", "in_person part phone video letter spokesperson no excluded")),
    sa.Column("asked_again", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("convenes", sa.Boolean, nullable=False),
    sa.Column("removed_at", _INSTANT),
    sa.Column("earlier_plans", sa.Integer, nullable=False, server_default="0"),
    sa.Column("came_as_professional", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("for_themselves", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("no_stands", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("tasks_until", sa.Date),
    sa.Column("lines_asked_on", sa.Date),
    sa.Column("lines_none_on", sa.Date),
    sa.Column("view_on", sa.Date),
    sa.Column("view_own", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("view_open", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("view_read_back_on", sa.Date),
    sa.Column("view_destroyed_on", sa.Date),
    sa.CheckConstraint(
        "attends <> 'excluded' or (exclusion_reason is not null and excluded_by is not null and "
        "excluded_on is not null)",
        name="exclusion_explained",
    ),
    sa.Index("ix_participant_conference_id_id", "conference_id", "id"),
    sa.Index("ix_participant_view", "conference_id", **_where("view_on is not null")),
)
sa.Table(
    "view_picture",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("shows", sa.LargeBinary, nullable=False),
    sa.Column("jpeg", sa.LargeBinary, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.UniqueConstraint("participant_id", "number"),
)
sa.Table(
    "bottom_line",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Column("ground", sa.LargeBinary, nullable=False),
    sa.Column("set_by", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("agreed_on", sa.Date),
    sa.Column("shared_on", sa.Date),
    sa.UniqueConstraint("conference_id", "number"),
)
sa.Table(
    "line_wording",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("line_id", sa.Integer, sa.ForeignKey("bottom_line.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Column("by_setter", sa.Boolean, nullable=False),
    sa.Column("written_on", sa.Date, nullable=False),
    sa.Column("setter_on", sa.Date),
    sa.Column("coordinator_on", sa.Date),
    sa.Column("noted", sa.Boolean, nullable=False),
    sa.UniqueConstraint("line_id", "number"),
)
sa.Table(
    "consent",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("scope", sa.LargeBinary, nullable=False),
    sa.Column("given_on", sa.Date, nullable=False),
    sa.Column("withdrawn_on", sa.Date),
    sa.Column("withdrawal_stands", sa.Boolean, nullable=False),
    sa.Column("note", sa.LargeBinary, nullable=False),
    sa.Index("ix_consent_conference_id", "conference_id"),
)
sa.Table(
    "offer",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("stage", _words("offerstage", "offered accepted declined exempt"), nullable=False),
    sa.Column("on", sa.Date, nullable=False),
    sa.Column("reason", sa.LargeBinary, nullable=False),
    sa.Index("ix_offer_conference_id", "conference_id"),
)
sa.Table(
    "contact_entry",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("on", sa.Date, nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Column("written_at", _INSTANT, nullable=False),
    sa.Column("written_by", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("from_list", sa.Boolean, nullable=False),
    sa.Index("ix_contact_entry_conference_id", "conference_id"),
)
sa.Table(
    "call_attempt",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("result", _words("callresult", "no_answer calls_back"), nullable=False),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Index("ix_call_attempt_conference_id", "conference_id"),
)
sa.Table(
    "name_key",
    _tables,
    sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id"), primary_key=True),
    sa.Column("key", sa.BigInteger, primary_key=True),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), primary_key=True),
    sa.Index("ix_name_key_participant_id", "participant_id"),
)
sa.Table(
    "notice",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("kind", _words("noticekind", _NOTICEKINDS), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("about", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("end", _words("end", _ENDS)),
    sa.Column("was", sa.LargeBinary, nullable=False),
    sa.Column("now", sa.LargeBinary, nullable=False),
    sa.Index("ix_notice_conference_id", "conference_id"),
)
sa.Table(
    "safety_concern",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("apart_from_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("apart_from_side", sa.LargeBinary),
    sa.Column("said_by", sa.LargeBinary),
    sa.Column("concern", sa.LargeBinary),
    sa.Column("arrangement", sa.LargeBinary),
    sa.Column("arrangement_before", sa.LargeBinary),
    sa.Column("said_at", _INSTANT),
    sa.Column("said_with", _words("step", _STEPS)),
    sa.Index("ix_safety_concern_conference_id", "conference_id"),
)
sa.Table(
    "trace",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("kind", _words("tracekind", _TRACEKINDS), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("attends", _words("attends", _ATTENDSS)),
    sa.Column("reason", sa.LargeBinary),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Index("ix_trace_conference_id", "conference_id"),
)
sa.Table(
    "voice",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("matter", _words("voicematter", "conference coordinator plan stopping again reading"), nullable=False),
    sa.Column("about", sa.Integer, nullable=False),
    sa.Column("text", sa.Integer, nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("answer", _words("agreed", "yes part no"), nullable=False),
    sa.Column("how", _words("saidhow", "phone letter message in_person own_page")),
    sa.Column("words", sa.LargeBinary),
    sa.Column("reason_code", _words("stopreason", _STOPREASONS)),
    sa.Column("said_on", sa.Date, nullable=False),
    sa.Column("written_at", _INSTANT, nullable=False),
    sa.Column("asks", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("asked_at", _INSTANT),
    sa.Column("spoken_at", _INSTANT),
    sa.Column("spoken", sa.LargeBinary),
    sa.UniqueConstraint("conference_id", "matter", "about", "text", "participant_id"),
    sa.Index("ix_voice_participant_id", "participant_id"),
)

# Coordinators.

sa.Table(
    "match",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("asked_at", _INSTANT, nullable=False),
    sa.Column("asked_by", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("answer_by", sa.Date),
    sa.Column("accepted_on", sa.Date),
    sa.Column("declined_on", sa.Date),
    sa.Column("independence", sa.LargeBinary),
    sa.Column("answers", sa.LargeBinary),
    sa.Column("ended_on", sa.Date),
    sa.CheckConstraint("declined_on is null or ended_on is not null", name="declined_is_over"),
    sa.CheckConstraint("accepted_on is null or declined_on is null", name="one_answer"),
    sa.Index("ix_match_account_id", "account_id"),
    sa.Index("ix_match_open", "conference_id", **_where("ended_on is null")),
    sa.Index("uq_match_asked", "conference_id", unique=True, **_where("ended_on is null and accepted_on is null")),
    sa.Index("uq_match_taken", "conference_id", unique=True, **_where("ended_on is null and accepted_on is not null")),
)
sa.Table(
    "waiver",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("match_id", sa.Integer, sa.ForeignKey("match.id"), nullable=False),
    sa.Column("matter", _words("matter", "employer relation interest"), nullable=False),
    sa.Column("about", sa.LargeBinary, nullable=False),
    sa.Column("tie", _words("tie", "refers decides helps")),
    sa.Column("reason", sa.LargeBinary, nullable=False),
    sa.Column("waived_at", _INSTANT, nullable=False),
    sa.Column("waived_by", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Index("ix_waiver_match_id", "match_id"),
)

# The gathering.

sa.Table(
    "coordinator_turn",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("asked_by", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("days", sa.Integer),
    sa.UniqueConstraint("conference_id", "account_id"),
    sa.Index("ix_coordinator_turn_account_id", "account_id"),
)
sa.Table(
    "coordinator_profile",
    _tables,
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("gender", sa.LargeBinary),
    sa.Column("background", sa.LargeBinary, nullable=False),
    sa.Column("lives_in", sa.LargeBinary, nullable=False),
    sa.Column("municipality_id", sa.Integer, sa.ForeignKey("municipality.id")),
    sa.Column("travel_km", sa.Integer),
    sa.Column("days", sa.Boolean, nullable=False),
    sa.Column("evenings", sa.Boolean, nullable=False),
    sa.Column("weekends", sa.Boolean, nullable=False),
    sa.Column("load_wanted", sa.Integer),
    sa.Column("training", sa.LargeBinary, nullable=False),
    sa.Column("fee_cents", sa.Integer),
    sa.Index("ix_coordinator_profile_municipality_id", "municipality_id"),
)
sa.Table(
    "coordinator_language",
    _tables,
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("language", sa.String(8), primary_key=True),
    sa.Column("level", _words("languagelevel", "native fluent some"), nullable=False),
)
sa.Table(
    "coordinator_region",
    _tables,
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id"), primary_key=True),
    sa.Index("ix_coordinator_region_region_id", "region_id"),
)
sa.Table(
    "coordinator_absence",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("deputy_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.CheckConstraint("last_day >= first_day", name="days_in_order"),
    sa.Index("ix_coordinator_absence_account_id", "account_id"),
    sa.Index("ix_coordinator_absence_deputy_id", "deputy_id"),
)
sa.Table(
    "venue",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id"), nullable=False),
    sa.Column("name", sa.LargeBinary, nullable=False),
    sa.Column("address", sa.LargeBinary, nullable=False),
    sa.Column("access", sa.LargeBinary, nullable=False),
    sa.Column("route", sa.LargeBinary, nullable=False),
    sa.Column("rooms", sa.Integer),
    sa.Column("kitchen", sa.LargeBinary, nullable=False),
    sa.Column("price", sa.Integer),
    sa.Column("contact", sa.LargeBinary, nullable=False),
    sa.Column("phone", sa.LargeBinary, nullable=False),
    sa.Column("hours", sa.LargeBinary, nullable=False),
    sa.CheckConstraint("rooms >= 1", name="has_a_room"),
    sa.CheckConstraint("price >= 0", name="not_negative"),
    sa.Index("ix_venue_region_id", "region_id"),
)
sa.Table(
    "venue_name",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("venue_id", sa.Integer, sa.ForeignKey("venue.id"), nullable=False),
    sa.Column("key", sa.LargeBinary(32), nullable=False),
    sa.Column("name", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("key"),
    sa.Index("ix_venue_name_venue_id", "venue_id"),
)
sa.Table(
    "school_holiday",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id"), nullable=False),
    sa.Column("name", sa.LargeBinary, nullable=False),
    sa.Column("first_on", sa.Date, nullable=False),
    sa.Column("last_on", sa.Date, nullable=False),
    sa.CheckConstraint("last_on >= first_on", name="ends_after_beginning"),
    sa.UniqueConstraint("region_id", "first_on", "last_on"),
)
sa.Table(
    "meeting",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("round", sa.Integer, nullable=False, server_default="1"),
    sa.Column("set_aside", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("starts_at", _INSTANT),
    sa.Column("expected_minutes", sa.Integer),
    sa.Column("venue_name", sa.LargeBinary, nullable=False),
    sa.Column("venue_address", sa.LargeBinary, nullable=False),
    sa.Column("venue_access", sa.LargeBinary, nullable=False),
    sa.Column("venue_id", sa.Integer, sa.ForeignKey("venue.id")),
    sa.Column("venue_secret", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("venue_cost", sa.Integer),
    sa.Column("joining", sa.LargeBinary),
    sa.Column("started_at", _INSTANT),
    sa.Column("ended_at", _INSTANT),
    sa.CheckConstraint("ended_at is null or started_at is not null", name="started_before_ended"),
    sa.CheckConstraint("venue_cost >= 0", name="not_negative"),
    sa.UniqueConstraint("conference_id", "number"),
    sa.Index("ix_meeting_venue_id", "venue_id"),
    sa.Index("ix_meeting_starts_at", "starts_at"),
    sa.Index("ix_meeting_started_at", "started_at"),
)
sa.Table(
    "arrangement",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
    sa.Column("kind", _words("arrangementkind", "food travel interpreter childcare"), nullable=False),
    sa.Column("state", _words("arrangementstate", "open asked arranged not_needed"), nullable=False),
    sa.Column("text", sa.LargeBinary),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("who", sa.LargeBinary),
    sa.Column("cost", sa.Integer),
    sa.Column("wish", _words("interpreterwish", "woman man")),
    sa.Column("no_tie", sa.Boolean, nullable=False),
    sa.CheckConstraint("state <> 'not_needed' or (text is null and cost is null)", name="arranged_or_not_needed"),
    sa.CheckConstraint("participant_id is null or who is null", name="one_person"),
    sa.CheckConstraint("cost >= 0", name="not_negative"),
    sa.UniqueConstraint("meeting_id", "kind"),
)
sa.Table(
    "date_option",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
    sa.Column("starts_at", _INSTANT, nullable=False),
    sa.UniqueConstraint("meeting_id", "starts_at"),
)
sa.Table(
    "date_guest",
    _tables,
    sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), primary_key=True),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), primary_key=True),
    sa.Column("matters", sa.Boolean, nullable=False),
    sa.Column("asked_at", _INSTANT),
    sa.Column("reminded_at", _INSTANT),
    sa.Column("reminders", sa.Integer, nullable=False),
    sa.Index("ix_date_guest_participant_id", "participant_id"),
)
sa.Table(
    "date_answer",
    _tables,
    sa.Column("option_id", sa.Integer, sa.ForeignKey("date_option.id"), primary_key=True),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), primary_key=True),
    sa.Column("fits", _words("datefit", "yes if_needed no"), nullable=False),
    sa.Column("answered_at", _INSTANT, nullable=False),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Index("ix_date_answer_participant_id", "participant_id"),
)
sa.Table(
    "day_move",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
    sa.Column("was", _INSTANT, nullable=False),
    sa.Column("now", _INSTANT),
    sa.Column("reason", sa.LargeBinary, nullable=False),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Index("ix_day_move_meeting_id", "meeting_id"),
)
sa.Table(
    "meeting_invitation",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("uid", sa.String(32), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("way", _words("invitationway", "email text letter told"), nullable=False),
    sa.Column("starts_at", _INSTANT, nullable=False),
    sa.Column("before", _INSTANT),
    sa.Column("invited_at", _INSTANT, nullable=False),
    sa.Column("first_at", _INSTANT, nullable=False),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("mail_key", sa.String(120)),
    sa.Column("no_reminders", sa.Boolean, nullable=False),
    sa.Column("reply", _words("invitationreply", "comes phone spokesperson letter unknown no")),
    sa.Column("replied_at", _INSTANT),
    sa.Column("replied_for", _INSTANT),
    sa.Column("replied_how", _words("saidhow", "phone letter message in_person own_page")),
    sa.Column("words", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("meeting_id", "participant_id"),
    sa.UniqueConstraint("uid"),
    sa.UniqueConstraint("mail_key"),
    sa.Index("ix_meeting_invitation_participant_id", "participant_id"),
)
sa.Table(
    "information_item",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("kind", _words("informationkind", "situation reason help"), nullable=False),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Index("ix_information_item_meeting_id", "meeting_id"),
)
sa.Table(
    "question",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Column("answer", sa.LargeBinary),
    sa.Index("ix_question_meeting_id", "meeting_id"),
)
sa.Table(
    "reading",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("reader_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Index("ix_reading_meeting_id", "meeting_id"),
)
sa.Table(
    "stretch",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("part", _words("part", _PARTS), nullable=False),
    sa.Column("how", _words("presentby", "in_person video phone"), nullable=False),
    sa.Column("came_at", _INSTANT, nullable=False),
    sa.Column("left_at", _INSTANT),
    sa.Column("corrected_at", _INSTANT),
    sa.CheckConstraint("left_at is null or left_at >= came_at", name="leaves_after_coming"),
    sa.Index("ix_stretch_meeting_id", "meeting_id"),
    sa.Index("uq_stretch_open", "participant_id", unique=True, **_where("left_at is null and corrected_at is null")),
)

# Private time.

sa.Table(
    "private_round",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id")),
    sa.Column("began_at", _INSTANT, nullable=False),
    sa.Column("why", sa.LargeBinary),
    sa.Column("ended_at", _INSTANT),
    sa.Column("ended_by", _words("step", _STEPS)),
    sa.Column("ended_for", sa.LargeBinary),
    sa.CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended_how"),
    sa.CheckConstraint("ended_at is null or ended_at >= began_at", name="ends_after_it_began"),
    sa.Index("ix_private_round_conference_id_began_at", "conference_id", "began_at"),
    sa.Index("uq_private_round_open", "conference_id", unique=True, **_where("ended_at is null")),
)

# Plans.

sa.Table(
    "plan_draft",
    _tables,
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("text", sa.Integer, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("changed_at", _INSTANT, nullable=False),
)
sa.Table(
    "plan_version",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("agreed_on", sa.Date, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("snapshot", sa.LargeBinary, nullable=False),
    sa.Column("text", sa.Integer, nullable=False),
    sa.Column("goals", sa.Integer, nullable=False),
    sa.Column("family_actions", sa.Integer, nullable=False),
    sa.Column("network_actions", sa.Integer, nullable=False),
    sa.Column("professional_actions", sa.Integer, nullable=False),
    sa.Column("evaluation_at", _INSTANT, nullable=False),
    sa.Column("made_at", _INSTANT, nullable=False),
    sa.UniqueConstraint("conference_id", "number"),
)
sa.Table(
    "acceptance",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("presentation", sa.Integer, nullable=False),
    sa.Column("text", sa.Integer, nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("accepted", sa.Boolean, nullable=False),
    sa.Column("reason", sa.LargeBinary),
    sa.Column("decided_at", _INSTANT, nullable=False),
    sa.CheckConstraint("accepted or reason is not null", name="refusal_has_reason"),
    sa.Index("ix_acceptance_conference_id", "conference_id"),
)
sa.Table(
    "former_text",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("presentation", sa.Integer, nullable=False),
    sa.Column("text", sa.Integer, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("changed_at", _INSTANT, nullable=False),
    sa.Column("changed_part", _words("changedpart", "goal action what_if monitor evaluation"), nullable=False),
    sa.Column("changed_number", sa.String(16), nullable=False),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.UniqueConstraint("conference_id", "presentation", "text"),
)
sa.Table(
    "issued_document",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version_id", sa.Integer, sa.ForeignKey("plan_version.id"), nullable=False),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("sha256", sa.LargeBinary(32), nullable=False),
    sa.Column("made_at", _INSTANT, nullable=False),
    sa.UniqueConstraint("version_id", "kind", "language"),
)
sa.Table(
    "bottom_line_check",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("bottom_line_id", sa.Integer, sa.ForeignKey("bottom_line.id"), nullable=False),
    sa.Column("presentation", sa.Integer, nullable=False),
    sa.Column("text", sa.Integer, nullable=False),
    sa.Column("met", sa.Boolean, nullable=False),
    sa.Column("checked_at", _INSTANT, nullable=False),
    sa.UniqueConstraint("bottom_line_id", "presentation", "text"),
)

# Evaluation.

sa.Table(
    "avoided_cost",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("what", sa.LargeBinary, nullable=False),
    sa.Column("amount", sa.Integer, nullable=False),
    sa.Column("basis", sa.LargeBinary, nullable=False),
    sa.CheckConstraint("amount >= 0", name="not_negative"),
    sa.Index("ix_avoided_cost_conference_id", "conference_id"),
)
sa.Table(
    "cost_sheet",
    _tables,
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), primary_key=True, autoincrement=False),
    sa.Column("coordinator_minutes", sa.Integer),
    sa.Column("family_minutes", sa.Integer),
    sa.Column("professional_minutes", sa.Integer),
    sa.Column("fee", sa.Integer),
    sa.Column("venue_and_food", sa.Integer),
    sa.Column("interpreter", sa.Integer),
    sa.Column("travel", sa.Integer),
    sa.Column("childcare", sa.Integer),
    sa.Column("changed_at", _INSTANT, nullable=False),
    sa.CheckConstraint(
        "coordinator_minutes >= 0 and family_minutes >= 0 and professional_minutes >= 0 and fee >= "
        "0 and venue_and_food >= 0 and interpreter >= 0 and travel >= 0 and childcare >= 0",
        name="not_negative",
    ),
)
sa.Table(
    "action_tick",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("version_number", sa.Integer, nullable=False),
    sa.Column("action_key", sa.String(16), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
    sa.Column("state", _words("actionstate", _ACTIONSTATES), nullable=False),
    sa.Column("ticked_at", _INSTANT, nullable=False),
    sa.UniqueConstraint("conference_id", "version_number", "action_key", "participant_id"),
)
sa.Table(
    "follow_up",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id"), nullable=False),
    sa.Column("version_number", sa.Integer, nullable=False),
    sa.Column("kind", _words("followupkind", "call evaluation"), nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("latest_on", sa.Date, nullable=False),
    sa.Column("starts_at", _INSTANT),
    sa.Column("place", sa.LargeBinary, nullable=False),
    sa.Column("held_on", sa.Date),
    sa.Column("written_by", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("held_by", sa.LargeBinary),
    sa.Column("found", sa.LargeBinary),
    sa.Column("decision", sa.LargeBinary),
    sa.Column("wants_new_version", sa.Boolean, nullable=False),
    sa.Column("unsafe", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("given_up_on", sa.Date),
    sa.Column("given_up_reason", sa.LargeBinary),
    sa.CheckConstraint("(given_up_on is null) = (given_up_reason is null)", name="given_up_has_reason"),
    sa.CheckConstraint("held_on is null or given_up_on is null", name="held_or_given_up"),
    sa.Index("ix_follow_up_conference_id_due_on", "conference_id", "due_on"),
    sa.Index("ix_follow_up_held", "region_id", "held_on", **_where("held_on is not null")),
    sa.Index("ix_follow_up_open", "region_id", "due_on", "id", **_where("held_on is null and given_up_on is null")),
    sa.Index("ix_follow_up_region_id_due_on_id", "region_id", "due_on", "id"),
)
sa.Table(
    "action_check",
    _tables,
    sa.Column("follow_up_id", sa.Integer, sa.ForeignKey("follow_up.id"), primary_key=True),
    sa.Column("action_key", sa.String(16), primary_key=True),
    sa.Column("state", _words("actionstate", _ACTIONSTATES), nullable=False),
)
sa.Table(
    "follow_up_presence",
    _tables,
    sa.Column("follow_up_id", sa.Integer, sa.ForeignKey("follow_up.id"), primary_key=True),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), primary_key=True),
)
sa.Table(
    "goal_score",
    _tables,
    sa.Column("follow_up_id", sa.Integer, sa.ForeignKey("follow_up.id"), primary_key=True),
    sa.Column("goal", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("score", sa.Integer, nullable=False),
    sa.CheckConstraint("score between -2 and 2", name="scale"),
)
sa.Table(
    "mark",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("follow_up_id", sa.Integer, sa.ForeignKey("follow_up.id"), nullable=False),
    sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("value", sa.Integer, nullable=False),
    sa.CheckConstraint("value between 0 and 10", name="scale"),
    sa.Index("ix_mark_follow_up_id", "follow_up_id"),
)

# Steps.

sa.Table(
    "look_alike",
    _tables,
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), primary_key=True),
    sa.Column("other_id", sa.Integer, sa.ForeignKey("conference.id"), primary_key=True),
    sa.Column("same", sa.Boolean, nullable=False),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Index("ix_look_alike_other_id", "other_id"),
)
sa.Table(
    "phase_change",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("step", _words("step", _STEPS), nullable=False),
    sa.Column("source", _words("source_phase", _SOURCE_PHASES), nullable=False),
    sa.Column("target", _words("target_phase", _TARGET_PHASES), nullable=False),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("actor_kind", _words("actorkind", _ACTORKINDS), nullable=False),
    sa.Column("actor_id", sa.Integer),
    sa.Column("actor_name", sa.LargeBinary, nullable=False),
    sa.Column("reason_code", sa.String(32)),
    sa.UniqueConstraint("conference_id", "number"),
)
sa.Table(
    "correction",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
    sa.Column("region_before", sa.Integer, sa.ForeignKey("region.id"), nullable=False),
    sa.Column("region_after", sa.Integer, sa.ForeignKey("region.id"), nullable=False),
    sa.Column("profile_before", sa.String(16), nullable=False),
    sa.Column("profile_after", sa.String(16), nullable=False),
    sa.Column("variant_before", _words("variant_before", "family individual recovery group learning"), nullable=False),
    sa.Column("variant_after", _words("variant_after", "family individual recovery group learning"), nullable=False),
    sa.Column("municipality_before", sa.String(80), nullable=False),
    sa.Column("municipality_after", sa.String(80), nullable=False),
    sa.Column("referrer_before", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Column("referrer_after", sa.Integer, sa.ForeignKey("participant.id")),
    sa.Index("ix_correction_at", "at"),
    sa.Index("ix_correction_conference_id", "conference_id"),
    sa.Index("ix_correction_region_after_at", "region_after", "at"),
    sa.Index("ix_correction_region_before_at", "region_before", "at"),
)
sa.Table(
    "step_taken_back",
    _tables,
    sa.Column("change_id", sa.Integer, sa.ForeignKey("phase_change.id"), primary_key=True, autoincrement=False),
    sa.Column("at", _INSTANT, nullable=False),
)
sa.Table(
    "step_words",
    _tables,
    sa.Column("change_id", sa.Integer, sa.ForeignKey("phase_change.id"), primary_key=True, autoincrement=False),
    sa.Column("reason", sa.LargeBinary),
    sa.Column("overrides", sa.LargeBinary, nullable=False),
)

#: The append-only tables, each with its keys: a row that has one of them may not be replaced.
_APPEND_ONLY = {
    "audit_event": (("chain", "seq"),),
    "phase_change": (("id",), ("conference_id", "number")),
    "plan_version": (("id",), ("conference_id", "number")),
    "issued_document": (("id",), ("version_id", "kind", "language")),
}


def upgrade() -> None:
    _tables.create_all(op.get_bind(), checkfirst=False)
    if op.get_bind().dialect.name == "postgresql":
        _refuse_changes_on_postgresql()
    else:
        _refuse_changes_on_sqlite()


def downgrade() -> None:
    _tables.drop_all(op.get_bind(), checkfirst=False)  # triggers and indexes go with their tables
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function ekc_refuse_change()")


def _refuse_changes_on_postgresql() -> None:
    op.execute(
        "create function ekc_refuse_change() returns trigger language plpgsql as "
        "$$ begin raise exception '% is append-only', tg_table_name; end $$"
    )
    for table in _APPEND_ONLY:
        for name, event in (
            ("append_only", "before update or delete on {} for each row"),
            ("no_truncate", "before truncate on {} for each statement"),
        ):
            op.execute(f"create trigger {table}_{name} {event.format(table)} execute function ekc_refuse_change()")


def _refuse_changes_on_sqlite() -> None:
    """REPLACE passes the triggers of update and delete, so a row with a known key is refused as well."""
    for table, keys in _APPEND_ONLY.items():
        same = (" and ".join(f"{name} = new.{name}" for name in key) for key in keys)
        known = " or ".join(f"exists (select 1 from {table} where {one})" for one in same)  # noqa: S608 - our own names
        for name, event in (
            ("no_update", f"before update on {table}"),
            ("no_delete", f"before delete on {table}"),
            ("no_replace", f"before insert on {table} when {known}"),
        ):
            op.execute(
                f"create trigger {table}_{name} {event} begin select raise(abort, '{table} is append-only'); end"
            )
