"""The first schema: all tables, and the triggers that keep the append-only ones as they were written.

Constraints and indexes get their names from the naming convention of `ekc.core.db.Base`.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_PARTS = "main_person child family friend neighbour network supporter referrer professional interpreter"
_ROLES = (
    "main_person child family supporter referrer professional part_reader plan_reader comes joins convenor "
    "asked_coordinator coordinator regional_manager care_manager administrator"
)
_STEPS = (
    "take_on open_conference begin_private_time ask_for_information come_out go_back agree_plan another_day "
    "plan_without_conference no_plan stop revise_plan reconvene close"
)
_INSTANT = sa.DateTime(timezone=True)
#: Each after those it refers to.
_TABLES = (
    "audit_head",
    "audit_event",
    "region",
    "account",
    "account_role",
    "invitation",
    "authenticator",
    "recovery_code",
    "passkey",
    "identity",
    "known_device",
    "counted_try",
    "spent",
    "case_counter",
    "conference",
    "participant",
    "name_key",
    "consent",
    "safety_concern",
    "bottom_line",
    "contact_entry",
    "phase_change",
    "personal_link",
    "link_device",
    "sign_in",
    "match",
    "waiver",
    "meeting",
    "date_option",
    "arrangement",
    "attendance",
    "information_item",
    "question",
    "private_round",
    "plan_draft",
    "plan_version",
    "issued_document",
    "agreement",
    "acceptance",
    "bottom_line_check",
    "follow_up",
    "follow_up_presence",
    "action_check",
    "action_tick",
    "goal_score",
    "mark",
    "cost_sheet",
    "avoided_cost",
    "outbox_message",
)
_APPEND_ONLY = ("audit_event", "phase_change", "plan_version", "issued_document")


def _words(name: str, words: str) -> sa.Enum:
    """One of some words: a string with a CHECK on both databases."""
    return sa.Enum(*words.split(), name=name, native_enum=False, create_constraint=True, length=32)


def _where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    _audit()
    _accounts()
    _credentials()
    _cases()
    _sign_ins()
    _matching()
    _meetings()
    _plans()
    _evaluations()
    _outbox()
    _refuse_changes()


def downgrade() -> None:
    # A table goes before those it refers to; its triggers and indexes go with it.
    for table in reversed(_TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function ekc_refuse_change()")


def _audit() -> None:
    """The chained audit."""
    op.create_table(
        "audit_head",
        sa.Column("chain", sa.String(32), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "audit_event",
        sa.Column("chain", sa.String(32), sa.ForeignKey("audit_head.chain"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("actor_kind", _words("actorkind", "account participant public system"), nullable=False),
        sa.Column("actor_id", sa.Integer),
        sa.Column("action", sa.String(48), nullable=False),
        sa.Column("conference_id", sa.Integer),
        sa.Column("detail", sa.LargeBinary),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Index(None, "conference_id", "at"),
    )


def _accounts() -> None:
    """Regions, staff, their roles and invitations."""
    op.create_table(
        "region",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("timezone", sa.String(40), nullable=False),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("spoken", sa.String(120), nullable=False),
        sa.Column("introduction", sa.String(300), nullable=False),
        sa.Column("employer", sa.LargeBinary),
        sa.Column("phone", sa.LargeBinary),
        sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id"), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("leaves_on", sa.Date),
        sa.UniqueConstraint("email"),
        sa.Index(None, "region_id"),
    )
    op.create_table(
        "account_role",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
        sa.Column("role", _words("role", _ROLES), nullable=False),
        sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id")),
        sa.Column("municipality", sa.String(80)),
        sa.Column("given_at", _INSTANT, nullable=False),
        sa.Column("given_by", sa.Integer, sa.ForeignKey("account.id")),
        sa.CheckConstraint("role <> 'care_manager' or municipality is not null", name="care_manager_has_municipality"),
        sa.CheckConstraint("role <> 'regional_manager' or region_id is not null", name="manager_has_region"),
        sa.CheckConstraint(
            "role in ('coordinator', 'regional_manager', 'care_manager', 'administrator')", name="office_role"
        ),
        sa.Index(None, "account_id", "role", "region_id", "municipality", unique=True),
    )
    op.create_table(
        "invitation",
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
        sa.Index(None, "account_id"),
    )


def _credentials() -> None:
    """How staff prove who they are, and attempts that are counted."""
    op.create_table(
        "authenticator",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("added_at", _INSTANT, nullable=False),
        sa.Column("last_step", sa.Integer, nullable=False),
        sa.UniqueConstraint("account_id"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("mark", sa.String(1), nullable=False),
        sa.Column("code_hash", sa.String(200), nullable=False),
        sa.Column("used_at", _INSTANT),
        sa.UniqueConstraint("account_id", "mark"),
        sa.CheckConstraint("mark between '0' and '9'", name="mark"),
    )
    op.create_table(
        "passkey",
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
        sa.Index(None, "account_id"),
    )
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("tied_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("account_id", "issuer"),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_table(
        "known_device",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("account_id", "token_hash"),
    )
    op.create_table(
        "counted_try",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Index(None, "key", "until"),
        sa.Index(None, "until"),
    )
    op.create_table(
        "spent",
        sa.Column("token", sa.LargeBinary(32), primary_key=True),
        sa.Column("until", _INSTANT, nullable=False),
    )


def _cases() -> None:
    """The case and its circle."""
    op.create_table(
        "case_counter",
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_table(
        "conference",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("variant", _words("variant", "family individual recovery group learning"), nullable=False),
        sa.Column("profile", sa.String(16), nullable=False),
        sa.Column("workflow_version", sa.Integer, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("timezone", sa.String(40), nullable=False),
        sa.Column("legal_context", _words("legalcontext", "voluntary pressure court"), nullable=False),
        sa.Column("municipality", sa.String(80), nullable=False),
        sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id"), nullable=False),
        sa.Column("title", sa.LargeBinary, nullable=False),
        sa.Column("topics", sa.LargeBinary, nullable=False),
        sa.Column("sides", sa.LargeBinary, nullable=False),
        sa.Column("question", sa.LargeBinary, nullable=False),
        sa.Column("question_agreed_on", sa.Date),
        sa.Column("registered_on", sa.Date, nullable=False),
        sa.Column("registered_by", _words("part", _PARTS), nullable=False),
        sa.Column("reason", sa.LargeBinary, nullable=False),
        sa.Column("wishes", sa.LargeBinary, nullable=False),
        sa.Column("main_person_said_yes_on", sa.Date),
        sa.Column("no_bottom_lines_on", sa.Date),
        sa.Column(
            "phase",
            _words("phase", "registration setup information private_time presentation evaluation closed"),
            nullable=False,
        ),
        sa.Column("phase_since", _INSTANT, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("presentation", sa.Integer, nullable=False),
        sa.Column("plan_number", sa.Integer, nullable=False),
        sa.Column("without_conference", sa.Boolean, nullable=False),
        sa.Column("outcome", _words("outcome", "plan no_plan stopped")),
        sa.Column(
            "stop_reason",
            _words(
                "stopreason",
                "plan_already_made situation_changed network_too_small main_person_withdrew not_safe other",
            ),
        ),
        sa.Column("tasks_ended_on", sa.Date),
        sa.Column("closed_on", sa.Date),
        sa.Column("coordinator_id", sa.Integer, sa.ForeignKey("account.id")),
        sa.Column("asked_coordinator_id", sa.Integer, sa.ForeignKey("account.id")),
        sa.Column("agencies_before", sa.LargeBinary),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("number"),
        sa.CheckConstraint("(phase = 'closed') = (outcome is not null)", name="closed_has_outcome"),
        sa.CheckConstraint(
            "phase in ('registration', 'closed') or coordinator_id is not null", name="coordinator_from_setup_on"
        ),
        sa.CheckConstraint("phase <> 'evaluation' or plan_number > 0", name="evaluation_has_plan"),
        sa.CheckConstraint("outcome <> 'stopped' or stop_reason is not null", name="stopped_has_reason"),
        sa.Index(None, "asked_coordinator_id"),
        sa.Index(None, "coordinator_id", "phase"),
        sa.Index(None, "municipality", "phase"),
        sa.Index(None, "region_id", "phase"),
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("part", _words("part", _PARTS), nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("relation", sa.LargeBinary, nullable=False),
        sa.Column("organisation", sa.LargeBinary, nullable=False),
        sa.Column("speaks_for", sa.LargeBinary, nullable=False),
        sa.Column("side", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("born", sa.LargeBinary),
        sa.Column("phone", sa.LargeBinary, nullable=False),
        sa.Column("email", sa.LargeBinary, nullable=False),
        sa.Column("address", sa.LargeBinary, nullable=False),
        sa.Column("address_secret", sa.Boolean, nullable=False),
        sa.Column("needs", sa.LargeBinary, nullable=False),
        sa.Column("needs_interpreter", sa.Boolean, nullable=False),
        sa.Column("support_id", sa.Integer, sa.ForeignKey("participant.id")),
        sa.Column("attends", _words("attends", "in_person part phone video letter spokesperson no excluded")),
        sa.Column("view", sa.LargeBinary, nullable=False),
        sa.Column("exclusion_reason", sa.LargeBinary),
        sa.Column("excluded_by", sa.LargeBinary),
        sa.Column("excluded_on", sa.Date),
        sa.Column("informed_on", sa.Date),
        sa.Column("convenes", sa.Boolean, nullable=False),
        sa.Column(
            "plan_sharing", _words("plansharing", "nothing concerns all"), nullable=False, server_default="concerns"
        ),
        sa.Column("removed_at", _INSTANT),
        sa.CheckConstraint(
            "attends <> 'excluded' or (exclusion_reason is not null and excluded_by is not null and "
            "excluded_on is not null)",
            name="exclusion_explained",
        ),
        sa.Index(None, "conference_id", "id"),
    )
    op.create_table(
        "name_key",
        sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id"), primary_key=True),
        sa.Column("key", sa.BigInteger, primary_key=True),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), primary_key=True),
        sa.Index(None, "participant_id"),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("scope", sa.LargeBinary, nullable=False),
        sa.Column("given_on", sa.Date, nullable=False),
        sa.Column("withdrawn_on", sa.Date),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Index(None, "conference_id"),
    )
    op.create_table(
        "safety_concern",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("concern", sa.LargeBinary, nullable=False),
        sa.Column("arrangement", sa.LargeBinary),
        sa.Index(None, "conference_id"),
    )
    op.create_table(
        "bottom_line",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("ground", sa.LargeBinary, nullable=False),
        sa.Column("set_by", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("shared_on", sa.Date),
        sa.UniqueConstraint("conference_id", "number"),
    )
    op.create_table(
        "contact_entry",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("written_at", _INSTANT, nullable=False),
        sa.Index(None, "conference_id"),
    )
    op.create_table(
        "phase_change",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("step", _words("step", _STEPS), nullable=False),
        sa.Column(
            "source",
            _words("source_phase", "registration setup information private_time presentation evaluation closed"),
            nullable=False,
        ),
        sa.Column(
            "target",
            _words("target_phase", "registration setup information private_time presentation evaluation closed"),
            nullable=False,
        ),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("actor_kind", _words("actorkind", "account participant public system"), nullable=False),
        sa.Column("actor_id", sa.Integer),
        sa.Column("actor_name", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("reason_code", sa.String(32)),
        sa.Column("overrides", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("conference_id", "number"),
    )


def _sign_ins() -> None:
    """Personal links, their devices, and all sign-ins."""
    op.create_table(
        "personal_link",
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
        sa.Index(None, "conference_id"),
        sa.Index(None, "participant_id"),
    )
    op.create_table(
        "link_device",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("link_id", sa.Integer, sa.ForeignKey("personal_link.id"), nullable=False),
        sa.Column("device", sa.String(80), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("confirmed_at", _INSTANT),
        sa.Column("how", _words("confirmed", "code answer coordinator")),
        sa.Column("remembered", sa.Boolean, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.CheckConstraint("(confirmed_at is null) = (how is null)", name="confirmed_somehow"),
        sa.Index(None, "link_id"),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id")),
        sa.Column("link_id", sa.Integer, sa.ForeignKey("personal_link.id")),
        sa.Column("link_device_id", sa.Integer, sa.ForeignKey("link_device.id")),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column(
            "method",
            _words("method", "password code passkey provider provider_alone invitation link demo"),
            nullable=False,
        ),
        sa.Column("device", sa.String(80), nullable=False),
        sa.Column("began_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("idle_minutes", sa.Integer, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.CheckConstraint("(account_id is null) <> (link_id is null)", name="one_owner"),
        sa.Index(None, "account_id"),
        sa.Index(None, "link_device_id"),
        sa.Index(None, "link_id"),
    )


def _matching() -> None:
    """Coordinators asked, and conflicts of interest that were waived."""
    op.create_table(
        "match",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("asked_by", sa.Integer, sa.ForeignKey("account.id")),
        sa.Column("accepted_on", sa.Date),
        sa.Column("declined_on", sa.Date),
        sa.Column("independence", sa.LargeBinary),
        sa.Column("answers", sa.LargeBinary),
        sa.Column("confirmed_on", sa.Date),
        sa.Column("unwanted_on", sa.Date),
        sa.Column("unwanted_by", sa.Integer, sa.ForeignKey("participant.id")),
        sa.Column("ended_on", sa.Date),
        sa.CheckConstraint("confirmed_on is null or accepted_on is not null", name="accepted_first"),
        sa.CheckConstraint("declined_on is null or ended_on is not null", name="declined_is_over"),
        sa.CheckConstraint("accepted_on is null or declined_on is null", name="one_answer"),
        sa.Index(None, "account_id"),
        sa.Index("uq_match_asked", "conference_id", unique=True, **_where("ended_on is null and accepted_on is null")),
        sa.Index(
            "uq_match_taken", "conference_id", unique=True, **_where("ended_on is null and accepted_on is not null")
        ),
    )
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("match_id", sa.Integer, sa.ForeignKey("match.id"), nullable=False),
        sa.Column("matter", _words("matter", "employer relation interest"), nullable=False),
        sa.Column("about", sa.LargeBinary, nullable=False),
        sa.Column("tie", _words("tie", "refers decides helps")),
        sa.Column("reason", sa.LargeBinary, nullable=False),
        sa.Column("waived_at", _INSTANT, nullable=False),
        sa.Column("waived_by", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
        sa.Index(None, "match_id"),
    )


def _meetings() -> None:
    """The gathering, and private time."""
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("starts_at", _INSTANT),
        sa.Column("expected_minutes", sa.Integer),
        sa.Column("venue_name", sa.LargeBinary, nullable=False),
        sa.Column("venue_address", sa.LargeBinary, nullable=False),
        sa.Column("venue_access", sa.LargeBinary, nullable=False),
        sa.Column("started_at", _INSTANT),
        sa.Column("ended_at", _INSTANT),
        sa.UniqueConstraint("conference_id", "number"),
        sa.CheckConstraint("ended_at is null or started_at is not null", name="started_before_ended"),
    )
    op.create_table(
        "date_option",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("meeting_id", "starts_at"),
    )
    op.create_table(
        "arrangement",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("kind", _words("arrangementkind", "food travel interpreter childcare"), nullable=False),
        sa.Column("not_needed", sa.Boolean, nullable=False),
        sa.Column("text", sa.LargeBinary),
        sa.UniqueConstraint("meeting_id", "kind"),
        sa.CheckConstraint("not_needed = (text is null)", name="arranged_or_not_needed"),
    )
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("came_at", _INSTANT, nullable=False),
        sa.Column("left_at", _INSTANT),
        sa.UniqueConstraint("meeting_id", "participant_id"),
    )
    op.create_table(
        "information_item",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
        sa.Column("kind", _words("informationkind", "situation reason help"), nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Index(None, "meeting_id"),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary),
        sa.Index(None, "meeting_id"),
    )
    op.create_table(
        "private_round",
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
        sa.Index(None, "conference_id", "began_at"),
        sa.Index("uq_private_round_open", "conference_id", unique=True, **_where("ended_at is null")),
    )


def _plans() -> None:
    """The plan, its versions, and what was said of it."""
    op.create_table(
        "plan_draft",
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
    )
    op.create_table(
        "plan_version",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("agreed_on", sa.Date, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("snapshot", sa.LargeBinary, nullable=False),
        sa.Column("goals", sa.Integer, nullable=False),
        sa.Column("family_actions", sa.Integer, nullable=False),
        sa.Column("network_actions", sa.Integer, nullable=False),
        sa.Column("professional_actions", sa.Integer, nullable=False),
        sa.Column("evaluation_at", _INSTANT, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("conference_id", "number"),
    )
    op.create_table(
        "issued_document",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("version_id", sa.Integer, sa.ForeignKey("plan_version.id"), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("version_id", "kind", "language"),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("presentation", sa.Integer, nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("answer", _words("agreed", "yes part no"), nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sa.Column("said_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("conference_id", "presentation", "participant_id"),
    )
    op.create_table(
        "acceptance",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("presentation", sa.Integer, nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("reason", sa.LargeBinary),
        sa.Column("decided_at", _INSTANT, nullable=False),
        sa.CheckConstraint("accepted or reason is not null", name="refusal_has_reason"),
        sa.Index(None, "conference_id"),
    )
    op.create_table(
        "bottom_line_check",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("bottom_line_id", sa.Integer, sa.ForeignKey("bottom_line.id"), nullable=False),
        sa.Column("presentation", sa.Integer, nullable=False),
        sa.Column("met", sa.Boolean, nullable=False),
        sa.Column("checked_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("bottom_line_id", "presentation"),
    )


def _evaluations() -> None:
    """Follow-ups, actions done, marks and costs."""
    op.create_table(
        "follow_up",
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
        sa.Column("held_by", sa.LargeBinary),
        sa.Column("found", sa.LargeBinary),
        sa.Column("decision", sa.LargeBinary),
        sa.Column("wants_new_version", sa.Boolean, nullable=False),
        sa.Column("given_up_on", sa.Date),
        sa.Column("given_up_reason", sa.LargeBinary),
        sa.CheckConstraint("(given_up_on is null) = (given_up_reason is null)", name="given_up_has_reason"),
        sa.CheckConstraint("held_on is null or given_up_on is null", name="held_or_given_up"),
        sa.Index(None, "conference_id", "due_on"),
        sa.Index(None, "region_id", "due_on", "id"),
    )
    op.create_table(
        "follow_up_presence",
        sa.Column("follow_up_id", sa.Integer, sa.ForeignKey("follow_up.id"), primary_key=True),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), primary_key=True),
    )
    op.create_table(
        "action_check",
        sa.Column("follow_up_id", sa.Integer, sa.ForeignKey("follow_up.id"), primary_key=True),
        sa.Column("action_key", sa.String(16), primary_key=True),
        sa.Column("state", _words("actionstate", "done partly not_yet no_longer_needed"), nullable=False),
    )
    op.create_table(
        "action_tick",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("version_number", sa.Integer, nullable=False),
        sa.Column("action_key", sa.String(16), nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("state", _words("actionstate", "done partly not_yet no_longer_needed"), nullable=False),
        sa.Column("ticked_at", _INSTANT, nullable=False),
        sa.UniqueConstraint("conference_id", "version_number", "action_key", "participant_id"),
    )
    op.create_table(
        "goal_score",
        sa.Column("follow_up_id", sa.Integer, sa.ForeignKey("follow_up.id"), primary_key=True),
        sa.Column("goal", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.CheckConstraint("score between -2 and 2", name="scale"),
    )
    op.create_table(
        "mark",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("follow_up_id", sa.Integer, sa.ForeignKey("follow_up.id"), nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id")),
        sa.Column("value", sa.Integer, nullable=False),
        sa.CheckConstraint("value between 0 and 10", name="scale"),
        sa.Index(None, "follow_up_id"),
    )
    op.create_table(
        "cost_sheet",
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), primary_key=True, autoincrement=False),
        sa.Column("coordinator_minutes", sa.Integer),
        sa.Column("family_minutes", sa.Integer),
        sa.Column("professional_minutes", sa.Integer),
        sa.Column("fee", sa.Integer),
        sa.Column("venue_and_food", sa.Integer),
        sa.Column("interpreter", sa.Integer),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.CheckConstraint(
            "coordinator_minutes >= 0 and family_minutes >= 0 and professional_minutes >= 0 and "
            "fee >= 0 and venue_and_food >= 0 and interpreter >= 0",
            name="not_negative",
        ),
    )
    op.create_table(
        "avoided_cost",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id"), nullable=False),
        sa.Column("what", sa.LargeBinary, nullable=False),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("basis", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("amount >= 0", name="not_negative"),
        sa.Index(None, "conference_id"),
    )


def _outbox() -> None:
    """Mails."""
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conference.id")),
        sa.Column("recipient", sa.LargeBinary, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("link", sa.LargeBinary),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("queued_at", _INSTANT, nullable=False),
        sa.Column("sent_at", _INSTANT),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("try_after", _INSTANT, nullable=False),
        sa.Column("useless_after", _INSTANT, nullable=False),
        sa.Column("given_up_at", _INSTANT),
        sa.UniqueConstraint("key"),
        sa.Index(None, "conference_id"),
        sa.Index("ix_outbox_message_waiting", "try_after", **_where("sent_at is null and given_up_at is null")),
    )


def _refuse_changes() -> None:
    """What was written once is never changed: audit, steps taken, plan versions, issued documents."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "create function ekc_refuse_change() returns trigger language plpgsql as "
            "$$ begin raise exception '% is append-only', tg_table_name; end $$"
        )
        for table in _APPEND_ONLY:
            op.execute(
                f"create trigger {table}_append_only before update or delete on {table} "
                "for each row execute function ekc_refuse_change()"
            )
        return
    for table in _APPEND_ONLY:
        for verb in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{verb} before {verb} on {table} "
                f"begin select raise(abort, '{table} is append-only'); end"
            )
