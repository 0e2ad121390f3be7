"""Independence: what a coordinator answered, which conflicts were waived, for whom staff work, who took their case.

A conflict of interest that was open becomes a declared interest, in the words in which it was told. The check on
`account_role.role` keeps its words: only offices stand in that table.
"""

import json

import sqlalchemy as sa
from alembic import op

from ekc.core.crypto import keyring_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MATCH = sa.table(
    "match",
    sa.column("id", sa.Integer),
    sa.column("independence", sa.LargeBinary),
    sa.column("answers", sa.LargeBinary),
    sa.column("conflict_open", sa.Boolean),
)
#: To what the values of these columns are bound.
WORDS, ANSWERS = "match.independence", "match.answers"


def upgrade() -> None:
    op.add_column("account", sa.Column("employer", sa.LargeBinary(), nullable=True))
    op.add_column(
        "conference",
        sa.Column("coordinator_accepted", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute(
        "update conference set coordinator_accepted = true where exists (select 1 from match where "
        "match.conference_id = conference.id and match.account_id = conference.coordinator_id "
        "and match.accepted_on is not null and match.ended_on is null)"
    )
    op.add_column("match", sa.Column("answers", sa.LargeBinary(), nullable=True))
    bind = op.get_bind()
    for row in bind.execute(sa.select(MATCH.c.id, MATCH.c.independence).where(MATCH.c.conflict_open)).all():
        keys = keyring_of(bind.dialect)
        told = keys.open(row.independence, WORDS).decode()
        answers = keys.seal(json.dumps({"interest": told}).encode(), ANSWERS)
        bind.execute(sa.update(MATCH).where(MATCH.c.id == row.id).values(answers=answers))
    op.drop_column("match", "conflict_open")
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column(
            "matter",
            sa.Enum(
                "employer",
                "relation",
                "interest",
                name="matter",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waived_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["match.id"], name=op.f("fk_waiver_match_id")),
        sa.ForeignKeyConstraint(["waived_by"], ["account.id"], name=op.f("fk_waiver_waived_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    op.create_index(op.f("ix_waiver_match_id"), "waiver", ["match_id"])


def downgrade() -> None:
    op.add_column("match", sa.Column("conflict_open", sa.Boolean(), server_default=sa.false(), nullable=False))
    bind = op.get_bind()
    waived = set(bind.scalars(sa.text("select match_id from waiver")))
    for row in bind.execute(sa.select(MATCH.c.id, MATCH.c.answers).where(MATCH.c.answers.is_not(None))).all():
        answers = json.loads(keyring_of(bind.dialect).open(row.answers, ANSWERS))
        tied = bool(answers.get("relation") or answers.get("interest"))
        opened = sa.update(MATCH).where(MATCH.c.id == row.id)
        bind.execute(opened.values(conflict_open=tied and row.id not in waived))
    op.drop_index(op.f("ix_waiver_match_id"), "waiver")
    op.drop_table("waiver")
    op.drop_column("match", "answers")
    op.drop_column("conference", "coordinator_accepted")
    op.drop_column("account", "employer")
