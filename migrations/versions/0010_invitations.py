"""Staff choose their own password by invitation, leave on a day, and a region has a time zone in which that day is counted"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation", "forgotten", name="purpose", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invitation_account_id")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_invitation_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(op.f("ix_invitation_account_id"), "invitation", ["account_id"])
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("leaves_on", sa.Date(), nullable=True))
    with op.batch_alter_table("outbox_message") as outbox:
        outbox.add_column(sa.Column("link", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("region") as region:
        region.add_column(
            sa.Column("timezone", sa.String(length=40), nullable=False, server_default="Europe/Amsterdam")
        )
    with op.batch_alter_table("region") as region:
        region.alter_column("timezone", server_default=None)
    # The newest case knows better in which country a region lies.
    op.execute(
        "update region set timezone = coalesce((select timezone from conference where conference.region_id = region.id"
        " order by conference.id desc limit 1), timezone)"
    )


def downgrade() -> None:
    with op.batch_alter_table("region") as region:
        region.drop_column("timezone")
    with op.batch_alter_table("outbox_message") as outbox:
        outbox.drop_column("link")
    with op.batch_alter_table("account") as account:
        account.drop_column("leaves_on")
    op.drop_table("invitation")
