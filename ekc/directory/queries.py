"""Finding municipalities and organisations by name, and listing them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import BindParameter, Column, Select, bindparam, func, select
from sqlalchemy.orm import Session

from ekc.accounts.models import Account, AccountRole
from ekc.core.crypto import keyring_of
from ekc.core.db import Base
from ekc.core.reading import one_of, read_rows
from ekc.directory.models import NAMES, ROWS, Listing
from ekc.names import alphabetical, by_surname, fold, has_words, near, plain, words
from ekc.workflow.independence import named_in

#: So many names are offered while somebody types; of more none are, and what is typed is found all the same.
_MOST_OFFERED = 500
_MOST_MEANT = 3


def key_of(session: Session, listing: Listing, name: str) -> bytes:
    """The key under which a name is found: the same however it is spelled."""
    return keyring_of(session).fingerprint(f"{listing}\0{plain(name) or fold(name).strip()}")


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names that are known, for a form: what each row is called, by each of its names. `listing`: of which list."""

    listing: str
    rows: Mapping[str, str]

    @property
    def offered(self) -> tuple[str, ...]:
        """What to offer while somebody types."""
        names = tuple(dict.fromkeys(self.rows.values()))
        return names if len(names) <= _MOST_OFFERED else ()

    def meant(self, typed: str) -> tuple[str, ...]:
        """What may be meant by a name that is not known: what is called nearly so."""
        if self._row(typed):
            return ()
        meant = dict.fromkeys(row for name, row in self.rows.items() if near(name, typed))
        return tuple(meant)[:_MOST_MEANT]

    def called(self, typed: str) -> str:
        """What the row of this name is called; as it was typed, where none is known."""
        return self._row(typed) or typed

    def _row(self, typed: str) -> str | None:
        compared = plain(typed)
        return next((row for name, row in self.rows.items() if plain(name) == compared), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRow:
    """A row as it is listed. `aliases`: its other names; `meant`: rows that are called nearly so, by id."""

    id: int
    name: str
    code: str
    confirmed: bool
    aliases: tuple[str, ...]
    meant: Mapping[int, str]


def _named(listing: Listing, *columns: Any) -> Select[*tuple[Any, ...]]:
    return select(*columns).join_from(ROWS[listing], NAMES[listing], NAMES[listing].row_id == ROWS[listing].id)


_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
#: Built once, by list: what the rows of these keys are called, and the names of what is confirmed.
_CALLED = {one: _named(one, NAMES[one].key, ROWS[one].name).where(NAMES[one].key.in_(_KEYS)) for one in Listing}
_CONFIRMED = {one: _named(one, ROWS[one].name, NAMES[one].name).where(ROWS[one].confirmed) for one in Listing}
_UNCONFIRMED = select(*(select(func.count()).where(~row.confirmed).scalar_subquery() for row in ROWS.values()))


#: The rows of a list, one of them, and their names.
_ROWS = {one: select(ROWS[one].id, ROWS[one].name, ROWS[one].code, ROWS[one].confirmed) for one in Listing}
_ROW = {one: rows.where(one_of(ROWS[one].id, "rows")) for one, rows in _ROWS.items()}
_ALIASES = {one: select(NAMES[one].row_id, NAMES[one].name).order_by(NAMES[one].id) for one in Listing}
_ALIASES_OF = {one: names.where(one_of(NAMES[one].row_id, "rows")) for one, names in _ALIASES.items()}


def known_names(session: Session, listing: Listing) -> KnownNames:
    """The names that somebody confirmed, sorted by what their rows are called."""
    ordered = sorted(session.execute(_CONFIRMED[listing]), key=lambda one: (fold(one[0]), one[0]))
    return KnownNames(listing, {typed: called for called, typed in ordered})


def row_with(session: Session, listing: Listing, name: str) -> int | None:
    """The row of this name; None where there is none."""
    names = NAMES[listing]
    return session.scalar(select(names.row_id).where(names.key == key_of(session, listing, name)))


def called(session: Session, listing: Listing, names: Iterable[str | None]) -> dict[str, str]:
    """What the row of each of these names is called; a name without a row as it is."""
    keys = {one: key_of(session, listing, one) for one in names if one}
    if not keys:
        return {}
    found = read_rows(session, _CALLED[listing], {"keys": list({*keys.values()})})
    rows = {bytes(key): official for key, official in found}
    return {one: rows.get(key, one) for one, key in keys.items()}


def municipality_names(session: Session, ids: Collection[int]) -> tuple[str, ...]:
    """What these municipalities are called, by name."""
    row = ROWS[Listing.MUNICIPALITIES]
    return tuple(session.scalars(select(row.name).where(row.id.in_(ids)).order_by(row.name)))


def unconfirmed(session: Session) -> int:
    """How many rows nobody looked at yet."""
    return sum(session.execute(_UNCONFIRMED).one())


def listed(
    session: Session, listing: Listing, wanted: str = "", after: int | None = None, limit: int | None = None
) -> tuple[ListedRow, ...]:
    """The rows that nobody looked at first, then by name: `limit` of them, beginning after the row with the id `after`.

    Each word of `wanted` begins a word of one of its names, or stands in its code. All names are read and put in order:
    those of organisations are encrypted.
    """
    aliases: defaultdict[int, list[str]] = defaultdict(list)
    for row_id, typed in read_rows(session, _ALIASES[listing], {}) if wanted else ():
        aliases[row_id].append(typed)
    rows = read_rows(session, _ROWS[listing], {})
    every = sorted(rows, key=lambda one: (one.confirmed, alphabetical(one.name), one.id))
    began = next((n for n, one in enumerate(every, 1) if one.id == after), 0)
    asked = wanted.split()
    found = (
        one
        for one in every[began:]
        if all(_is_found((one.name, *aliases[one.id]), one.code or "", word) for word in asked)
    )
    confirmed = {one.id: one.name for one in rows if one.confirmed}
    return _listed(session, listing, tuple(islice(found, limit)), confirmed)


def listed_row(session: Session, listing: Listing, row_id: int) -> ListedRow | None:
    """One row, without what may be meant; None if there is none with this id."""
    rows = read_rows(session, _ROW[listing], {"rows": [row_id]})
    return next(iter(_listed(session, listing, rows, {})), None)


def _listed(
    session: Session, listing: Listing, rows: Sequence[Any], confirmed: Mapping[int, str]
) -> tuple[ListedRow, ...]:
    aliases: defaultdict[int, list[str]] = defaultdict(list)
    for row_id, typed in read_rows(session, _ALIASES_OF[listing], {"rows": [one.id for one in rows]}):
        aliases[row_id].append(typed)
    return tuple(
        ListedRow(
            id=one.id,
            name=one.name,
            code=one.code or "",
            confirmed=one.confirmed,
            aliases=tuple(other for other in aliases[one.id] if plain(other) != plain(one.name)),
            meant={} if one.confirmed else {id_: other for id_, other in confirmed.items() if near(other, one.name)},
        )
        for one in rows
    )


def _is_found(names: Iterable[str], code: str, word: str) -> bool:
    asked = words(word)
    return word.casefold() in code.casefold() or (bool(asked) and any(has_words(name, asked) for name in names))


def references(listing: Listing) -> tuple[Column[int], ...]:
    """Every column that refers to the rows of a list, whatever its table, without that of their names."""
    own, names = ROWS[listing].__tablename__, NAMES[listing].__tablename__
    columns = (column for table in Base.metadata.sorted_tables if table.name != names for column in table.columns)
    return tuple(one for one in columns if any(key.column.table.name == own for key in one.foreign_keys))


def references_to(session: Session, listing: Listing, row_id: int) -> dict[str, int]:
    """How many rows of each other table refer to a row."""
    counted = {column.table.name: select(func.count()).where(column == row_id) for column in references(listing)}
    return {name: session.scalar(found) or 0 for name, found in counted.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """What follows if a row becomes part of another one.

    `sees_more`: who follows the cases of one of two municipalities, and then those of both. `works_for`: who notes one
    of two organisations as their employer, and then is tied to the cases of both.
    """

    name: str
    into: str
    conferences: int  # of the row
    sees_more: tuple[str, ...] = ()
    works_for: tuple[str, ...] = ()


def merging(session: Session, listing: Listing, row_id: int, into_id: int) -> Merging | None:
    """What follows from merging; None where one of the rows is not there."""
    kind = ROWS[listing]
    names = {
        one.id: one.name for one in session.execute(select(kind.id, kind.name).where(kind.id.in_((row_id, into_id))))
    }
    if len(names) < len({row_id, into_id}):
        return None
    what = {"name": names[row_id], "into": names[into_id]}
    if listing is Listing.ORGANISATIONS:
        return Merging(**what, conferences=0, works_for=_working_for(session, row_id, into_id))
    count = references_to(session, listing, row_id)["conference"]
    return Merging(**what, conferences=count, sees_more=_following_one(session, row_id, into_id))


def _following_one(session: Session, *municipality_ids: int) -> tuple[str, ...]:
    """Who follows the cases of one of these municipalities and not of all: open accounts, by name."""
    found = (
        select(Account.name)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.active, AccountRole.municipality_id.in_(municipality_ids))
        .group_by(Account.id, Account.name)
        .having(func.count() < len(municipality_ids))
    )
    return tuple(sorted(session.scalars(found), key=by_surname))


def _working_for(session: Session, *organisation_ids: int) -> tuple[str, ...]:
    """Who has one of these organisations noted as their employer: open accounts, by name."""
    noted = select(Account.name, Account.employer).where(Account.active, Account.employer.is_not(None))
    rows = sorted(session.execute(noted), key=lambda row: by_surname(row.name))
    names = NAMES[Listing.ORGANISATIONS]
    keys = set(session.scalars(select(names.key).where(names.row_id.in_(organisation_ids))))
    return tuple(
        name
        for name, employers in rows
        if any(key_of(session, Listing.ORGANISATIONS, one) in keys for one in named_in(employers or ""))
    )
