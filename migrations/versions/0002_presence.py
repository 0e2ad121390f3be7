"""Presence is a list of stretches: came, left, came again. Nothing of it is deleted."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PARTS = "main_person child family friend neighbour network supporter referrer professional interpreter"
_WAYS = "code answer coordinator"
_INSTANT = sa.DateTime(timezone=True)


def _words(name: str, words: str) -> sa.Enum:
    """One of some words: a string with a CHECK on both databases."""
    return sa.Enum(*words.split(), name=name, native_enum=False, create_constraint=True, length=32)


def _where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, for both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


_ROLES = (
    "main_person child family supporter referrer professional part_reader plan_reader comes joins convenor "
    "asked_coordinator coordinator regional_manager care_manager administrator"
)
_MORE_ROLES = (
    "main_person child family supporter referrer professional part_reader plan_reader comes joins in_room convenor "
    "asked_coordinator coordinator regional_manager stands_in care_manager administrator"
)


def _account_role(metadata: sa.MetaData, roles: str) -> sa.Table:
    return sa.Table(
        "account_role",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("region_id", sa.Integer, sa.ForeignKey("region.id")),
        sa.Column("municipality", sa.String(80)),
        sa.Column("given_at", _INSTANT, nullable=False),
        sa.Column("given_by", sa.Integer, sa.ForeignKey("account.id")),
        sa.CheckConstraint("role <> 'care_manager' or municipality is not null", name="care_manager_has_municipality"),
        sa.CheckConstraint("role <> 'regional_manager' or region_id is not null", name="manager_has_region"),
        sa.CheckConstraint(
            "role in ('coordinator', 'regional_manager', 'care_manager', 'administrator')", name="office_role"
        ),
        sa.CheckConstraint(_one_of("role", roles), name="role"),
        sa.Index(None, "account_id", "role", "region_id", "municipality", unique=True),
    )


def _link_device(metadata: sa.MetaData, ways: str) -> sa.Table:
    return sa.Table(
        "link_device",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("link_id", sa.Integer, sa.ForeignKey("personal_link.id"), nullable=False),
        sa.Column("device", sa.String(80), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("number", sa.Integer),
        sa.Column("confirmed_at", _INSTANT),
        sa.Column("how", sa.String(32)),
        sa.Column("remembered", sa.Boolean, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.CheckConstraint("(confirmed_at is null) = (how is null)", name="confirmed_somehow"),
        sa.CheckConstraint(_one_of("how", ways), name="confirmed"),
        sa.Index(None, "link_id"),
    )


def _one_of(name: str, words: str) -> str:
    return f"{name} IN ({', '.join(repr(word) for word in words.split())})"


def _words_change(old: sa.Table, constraint: str, column: str, words: str) -> None:
    """Let a column hold other words."""
    with op.batch_alter_table(old.name, copy_from=old) as batch:
        batch.drop_constraint(op.f(f"ck_{old.name}_{constraint}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{old.name}_{constraint}"), sa.text(_one_of(column, words)))


def _metadata() -> sa.MetaData:
    return sa.MetaData(naming_convention=op.get_context().opts["target_metadata"].naming_convention)


def upgrade() -> None:
    _words_change(_account_role(_metadata(), _ROLES), "role", "role", _MORE_ROLES)
    _words_change(_link_device(_metadata(), _WAYS), "confirmed", "how", f"{_WAYS} family")
    op.create_table(
        "stretch",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("part", _words("part", _PARTS), nullable=False),
        sa.Column("how", _words("presentby", "in_person video phone"), nullable=False),
        sa.Column("came_at", _INSTANT, nullable=False),
        sa.Column("left_at", _INSTANT),
        sa.Column("corrected_at", _INSTANT),
        sa.CheckConstraint("left_at is null or left_at >= came_at", name="leaves_after_coming"),
        sa.Index(None, "meeting_id"),
        sa.Index(
            "uq_stretch_open", "participant_id", unique=True, **_where("left_at is null and corrected_at is null")
        ),
    )
    op.execute(  # whoever stayed left when the meeting ended; who came by mistake after it, at that moment
        """
        insert into stretch (meeting_id, participant_id, part, how, came_at, left_at)
        select a.meeting_id, a.participant_id, p.part,
            case when p.attends in ('video', 'phone') then p.attends else 'in_person' end,
            a.came_at,
            case when coalesce(a.left_at, m.ended_at) < a.came_at then a.came_at
                else coalesce(a.left_at, m.ended_at) end
        from attendance a join meeting m on m.id = a.meeting_id join participant p on p.id = a.participant_id
        order by a.id
        """
    )
    op.drop_table("attendance")


def downgrade() -> None:
    op.execute("update link_device set how = 'coordinator' where how = 'family'")
    _words_change(_link_device(_metadata(), f"{_WAYS} family"), "confirmed", "how", _WAYS)
    _words_change(_account_role(_metadata(), _MORE_ROLES), "role", "role", _ROLES)
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("meeting_id", sa.Integer, sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("participant_id", sa.Integer, sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("came_at", _INSTANT, nullable=False),
        sa.Column("left_at", _INSTANT),
        sa.UniqueConstraint("meeting_id", "participant_id"),
    )
    op.execute(  # one row each: from when they first came until they last left
        """
        insert into attendance (meeting_id, participant_id, came_at, left_at)
        select meeting_id, participant_id, min(came_at),
            case when count(*) = count(left_at) then max(left_at) end
        from stretch where corrected_at is null group by meeting_id, participant_id order by min(id)
        """
    )
    op.drop_table("stretch")
