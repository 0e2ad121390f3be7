"""Municipalities and organisations are rows, found by their names.

Texts that are the same when compared become one row, called as most of them are written. Nobody has looked at these
rows, except those that social care managers follow.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from ekc.core.crypto import keyring_of
from ekc.names import fold, plain

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_PROFESSIONALS = ("referrer", "professional")
_OF_CARE_MANAGERS = "role <> 'care_manager' or {} is not null"
_ROLE_INDEX = "ix_account_role_account_id_role_region_id_{}"


def _create(kind: str, name: Any) -> None:
    op.create_table(
        kind,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", name, nullable=False),
        sa.Column("code", sa.String(40)),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.UniqueConstraint("code"),
        sa.Index(None, "confirmed"),
    )
    op.create_table(
        f"{kind}_name",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("name", name, nullable=False),
        sa.Column(f"{kind}_id", sa.Integer, sa.ForeignKey(f"{kind}.id"), nullable=False),
        sa.UniqueConstraint("key"),
        sa.Index(None, f"{kind}_id"),
    )


def _add_rows(kind: str, listing: str, texts: Counter[str], confirmed: Iterable[str] = ()) -> dict[str, int]:
    """Add a row for all texts that are the same when compared; returns the row of each text."""
    keyring, sealed = keyring_of(op.get_bind().dialect), kind == "organisation"
    same: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        same[plain(text) or fold(text).strip()].append(text)
    sure = {plain(text) or fold(text).strip() for text in confirmed}
    value = sa.LargeBinary() if sealed else sa.String()
    rows = sa.table(kind, sa.column("id"), sa.column("name", value), sa.column("confirmed", sa.Boolean))
    names = sa.table(f"{kind}_name", sa.column("key"), sa.column("name", value), sa.column(f"{kind}_id"))
    found: dict[str, int] = {}
    for id_, (folded, ones) in enumerate(sorted(same.items()), start=1):
        name = " ".join(min(ones, key=lambda one: (-texts[one], one)).split())
        written = {
            table: keyring.seal(name.encode(), f"{table}.name") if sealed else name for table in (rows.name, names.name)
        }
        op.get_bind().execute(sa.insert(rows).values(id=id_, name=written[rows.name], confirmed=folded in sure))
        key = keyring.fingerprint(f"{listing}\0{folded}")
        op.get_bind().execute(sa.insert(names).values({"key": key, "name": written[names.name], f"{kind}_id": id_}))
        found |= dict.fromkeys(ones, id_)
    if found and op.get_bind().dialect.name == "postgresql":  # ids were given, so the sequence is behind
        op.execute(f"select setval(pg_get_serial_sequence('{kind}', 'id'), {len(same)})")
    return found


def _refer(table: str, found: dict[str, int]) -> None:
    rows = sa.table(table, sa.column("municipality"), sa.column("municipality_id"))
    for text, id_ in found.items():
        op.get_bind().execute(sa.update(rows).where(rows.c.municipality == text).values(municipality_id=id_))


def _municipalities(table: str) -> Counter[str]:
    rows = sa.table(table, sa.column("municipality"))
    counted = sa.select(rows.c.municipality, sa.func.count()).where(rows.c.municipality.is_not(None))
    return Counter({row[0]: row[1] for row in op.get_bind().execute(counted.group_by(rows.c.municipality))})


def _organisations() -> Iterator[str]:
    """Every name of an organisation: of professionals, and of other employers of coordinators."""
    connection, keyring = op.get_bind(), keyring_of(op.get_bind().dialect)

    def read(context: str, condition: sa.TextClause | None = None) -> Iterator[str]:
        table, _dot, name = context.partition(".")
        column = sa.column(name, sa.LargeBinary)
        found = sa.select(column).select_from(sa.table(table)).where(column.is_not(None))
        for sealed in connection.scalars(found if condition is None else found.where(condition)):
            yield keyring.open(bytes(sealed), context).decode()

    parts = ", ".join(map(repr, _PROFESSIONALS))
    yield from read("participant.organisation", sa.text(f"part in ({parts})"))
    employers = list(read("account.employer"))
    for text in read("match.answers"):
        answers = json.loads(text)
        employers += [one.get("employer") or "" for one in (answers, *answers.get("before", ()))]
    for text in employers:
        yield from (one.strip() for one in re.split(r"[;\n]", text))


def upgrade() -> None:
    _create("municipality", sa.String(120))
    _create("organisation", sa.LargeBinary)
    _add_rows("organisation", "organisations", Counter(one for one in _organisations() if plain(one)))
    with op.batch_alter_table("conference") as table:
        table.add_column(sa.Column("municipality_id", sa.Integer))
    with op.batch_alter_table("account_role") as table:
        table.add_column(sa.Column("municipality_id", sa.Integer))
    followed = _municipalities("account_role")
    found = _add_rows("municipality", "municipalities", _municipalities("conference") + followed, followed)
    _refer("conference", found)
    _refer("account_role", found)
    _drop_doubled_roles()
    with op.batch_alter_table("conference") as table:
        table.drop_index("ix_conference_municipality_phase")
        table.drop_column("municipality")
        table.alter_column("municipality_id", existing_type=sa.Integer, nullable=False)
        table.create_foreign_key(
            op.f("fk_conference_municipality_id_municipality"), "municipality", ["municipality_id"], ["id"]
        )
        table.create_index("ix_conference_municipality_id_phase", ["municipality_id", "phase"])
    _change_roles("municipality", "municipality_id")
    with op.batch_alter_table("account_role") as table:
        table.create_foreign_key(
            op.f("fk_account_role_municipality_id_municipality"), "municipality", ["municipality_id"], ["id"]
        )


def _drop_doubled_roles() -> None:
    """Whoever followed one municipality under two spellings has one role then."""
    op.execute(
        """
        delete from account_role where municipality_id is not null and exists (
          select 1 from account_role other
          where other.account_id = account_role.account_id and other.role = account_role.role
            and other.municipality_id = account_role.municipality_id and other.id < account_role.id
        )
        """
    )


def _change_roles(old: str, new: str) -> None:
    """Let roles be limited by another column."""
    check = op.f("ck_account_role_care_manager_has_municipality")
    with op.batch_alter_table("account_role") as table:
        table.drop_index(_ROLE_INDEX.format(old))
        table.drop_constraint(check, type_="check")
        table.create_check_constraint(check, sa.text(_OF_CARE_MANAGERS.format(new)))
        table.drop_column(old)
        table.create_index(_ROLE_INDEX.format(new), ["account_id", "role", "region_id", new], unique=True)


def downgrade() -> None:
    """Each case and role has the name of its municipality as it is called now, cut to what the column held."""
    with op.batch_alter_table("conference") as table:
        table.add_column(sa.Column("municipality", sa.String(80)))
    with op.batch_alter_table("account_role") as table:
        table.add_column(sa.Column("municipality", sa.String(80)))
    called = sa.table("municipality", sa.column("id"), sa.column("name"))
    for name in ("conference", "account_role"):
        rows = sa.table(name, sa.column("municipality"), sa.column("municipality_id"))
        theirs = sa.select(sa.func.substr(called.c.name, 1, 80)).where(called.c.id == rows.c.municipality_id)
        op.execute(sa.update(rows).values(municipality=theirs.scalar_subquery()))
    with op.batch_alter_table("account_role") as table:
        table.drop_constraint(op.f("fk_account_role_municipality_id_municipality"), type_="foreignkey")
    _change_roles("municipality_id", "municipality")
    with op.batch_alter_table("conference") as table:
        table.drop_constraint(op.f("fk_conference_municipality_id_municipality"), type_="foreignkey")
        table.drop_index("ix_conference_municipality_id_phase")
        table.drop_column("municipality_id")
        table.alter_column("municipality", existing_type=sa.String(80), nullable=False)
        table.create_index("ix_conference_municipality_phase", ["municipality", "phase"])
    for kind in ("municipality", "organisation"):
        op.drop_table(f"{kind}_name")
        op.drop_table(kind)
