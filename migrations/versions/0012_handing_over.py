"""A case stays with its coordinator until somebody else has taken it; whoever is asked is kept apart"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OPEN = "match.conference_id = conference.id and match.ended_on is null and match.accepted_on is null"


def upgrade() -> None:
    with op.batch_alter_table("conference") as conference:
        conference.add_column(sa.Column("asked_coordinator_id", sa.Integer(), nullable=True))
        conference.create_foreign_key(
            op.f("fk_conference_asked_coordinator_id"), "account", ["asked_coordinator_id"], ["id"]
        )
        conference.create_index(op.f("ix_conference_asked_coordinator_id"), ["asked_coordinator_id"])
    op.drop_index("uq_match_current", "match")
    # Whoever said no is asked no longer.
    op.execute("update match set ended_on = declined_on where declined_on is not null and ended_on is null")
    op.execute(
        "update conference set asked_coordinator_id = (select match.account_id from match where "
        f"{_OPEN}) where not coordinator_accepted"
    )
    # A case under way is again with whoever took it last; one that nobody took on is with nobody.
    op.execute(
        "update match set ended_on = null where id in (select max(taken.id) from match taken join conference "
        "on conference.id = taken.conference_id where not conference.coordinator_accepted and taken.accepted_on "
        "is not null and conference.phase <> 'registration' group by taken.conference_id)"
    )
    op.execute(
        "update conference set coordinator_id = coalesce((select match.account_id from match where "
        "match.conference_id = conference.id and match.ended_on is null and match.accepted_on is not null), "
        "case when phase in ('registration', 'closed') then null else coordinator_id end) where not coordinator_accepted"
    )
    with op.batch_alter_table("conference") as conference:
        conference.drop_column("coordinator_accepted")
    with op.batch_alter_table("match") as match:
        match.create_check_constraint(
            op.f("ck_match_declined_is_over"), "declined_on is null or ended_on is not null"
        )
    for name, where in (
        ("uq_match_taken", "ended_on is null and accepted_on is not null"),
        ("uq_match_asked", "ended_on is null and accepted_on is null"),
    ):
        op.create_index(
            name,
            "match",
            ["conference_id"],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )


def downgrade() -> None:
    op.drop_index("uq_match_asked", "match")
    op.drop_index("uq_match_taken", "match")
    with op.batch_alter_table("match") as match:
        match.drop_constraint(op.f("ck_match_declined_is_over"), type_="check")
    with op.batch_alter_table("conference") as conference:
        conference.add_column(
            sa.Column("coordinator_accepted", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.execute("update conference set coordinator_accepted = true where coordinator_id is not null")
    # Whoever is asked is so alone again: asking took the case from whoever had it.
    op.execute(
        "update match set ended_on = date(asked.asked_at) from match asked where asked.conference_id = "
        "match.conference_id and asked.id <> match.id and match.ended_on is null and asked.ended_on is null "
        "and match.accepted_on is not null and asked.accepted_on is null"
    )
    op.execute(
        "update conference set coordinator_id = asked_coordinator_id, coordinator_accepted = false "
        "where asked_coordinator_id is not null"
    )
    with op.batch_alter_table("conference") as conference:
        conference.drop_index(op.f("ix_conference_asked_coordinator_id"))
        conference.drop_constraint(op.f("fk_conference_asked_coordinator_id"), type_="foreignkey")
        conference.drop_column("asked_coordinator_id")
    op.create_index(
        "uq_match_current",
        "match",
        ["conference_id"],
        unique=True,
        sqlite_where=sa.text("ended_on is null"),
        postgresql_where=sa.text("ended_on is null"),
    )
