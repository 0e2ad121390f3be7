"""Who is signed in where is kept here, so that it can be seen and ended; the stamp of accounts is not needed any more"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column(
            "method",
            sa.Enum(
                "password",
                "code",
                "passkey",
                "provider",
                "invitation",
                "link",
                "demo",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_minutes", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(account_id is null) <> (link_id is null)", name=op.f("ck_sign_in_one_owner")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.ForeignKeyConstraint(["link_id"], ["personal_link.id"], name=op.f("fk_sign_in_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"])
    op.create_index(op.f("ix_sign_in_link_id"), "sign_in", ["link_id"])
    with op.batch_alter_table("account") as account:
        account.drop_column("stamp")


def downgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("stamp", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("account") as account:
        account.alter_column("stamp", server_default=None)
    op.drop_table("sign_in")
