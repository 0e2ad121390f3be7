"""Adding municipalities and organisations as they are named, and keeping their lists: names, codes, merging."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ekc.accounts.access import PROGRAM, By
from ekc.accounts.models import AccountRole
from ekc.core.errors import Refusal, Unknown
from ekc.core.transaction import writing
from ekc.directory.models import NAMES, ROWS, Listed, Listing
from ekc.directory.queries import key_of, references, references_to
from ekc.names import plain
from ekc.workflow.duties import Duty
from ekc.workflow.engine import has_duty
from ekc.workflow.vocabulary import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is entered about a row. `aliases`: its other names."""

    name: str
    code: str = ""
    aliases: tuple[str, ...] = ()


def keeps(by: By) -> bool:
    """Whether it is the visitor's task to keep the lists."""
    return by.visitor is PROGRAM or has_duty(Duty.NAMES, by.visitor.roles)


def row_of(by: By, listing: Listing, name: str) -> int:
    """The row of a name, in the caller's transaction: a new one where there is none.

    A new one is confirmed if whoever named it keeps the lists.
    """
    found = _locked_row(by.session, listing, name)
    if found is None:
        try:
            with by.session.begin_nested():
                return _add(by.session, listing, name.strip(), confirmed=keeps(by)).id
        except IntegrityError:  # somebody else named it at the same time
            found = _locked_row(by.session, listing, name)
    assert found is not None, "it is there or was added just now"  # noqa: S101 - narrows the type
    return found


def list_organisations(by: By, names: Iterable[str | None]) -> None:
    """Let each of these organisations have a row, in the caller's transaction."""
    for name in sorted({one for one in names if one and plain(one)}):  # in order: concurrent adding cannot deadlock
        row_of(by, Listing.ORGANISATIONS, name)


def change_row(by: By, listing: Listing, row_id: int, entry: Entry) -> None:
    """Change name, code and other names of a row, and confirm it. Its former name stays one of its names.

    Raises Refusal for a name or a code that another row has, Unknown.
    """
    with writing(by.session):
        (row,) = _lock(by, listing, row_id)
        by.check_form()
        before = row.name
        row.name, row.code, row.confirmed = entry.name, entry.code or None, True
        wanted = {key_of(by.session, listing, one): one for one in (*entry.aliases, before, entry.name)}
        _set_names(by.session, listing, row, wanted)
        by.record(
            "names.changed",
            listing=listing,
            row=row_id,
            name=entry.name,
            before=before,
            aliases="; ".join(entry.aliases),
        )


def confirm_row(by: By, listing: Listing, row_id: int) -> str:
    """Note that a row is right as it is. Returns its name. Raises Unknown."""
    with writing(by.session):
        (row,) = _lock(by, listing, row_id)
        row.confirmed = True
        by.record("names.confirmed", listing=listing, row=row_id, name=row.name)
    return row.name


def merge(by: By, listing: Listing, row_id: int, into_id: int) -> None:
    """Make a row and its names part of another one. All that refers to it refers to the other from then on.

    Raises Refusal for the same row, Unknown.
    """
    with writing(by.session):
        if row_id == into_id:
            raise Refusal(N_("Choose another one: nothing is merged with itself."))
        row, into = _lock(by, listing, row_id, into_id)
        by.check_form()
        names = NAMES[listing]
        by.session.execute(update(names).where(names.row_id == row_id).values(row_id=into_id))
        if listing is Listing.MUNICIPALITIES:
            _drop_doubled_roles(by.session, row_id, into_id)
        for column in references(listing):
            by.session.execute(update(column.table).where(column == row_id).values({column.name: into_id}))
        code, row.code = row.code, None
        by.session.flush()  # the code is free before the other takes it
        into.code, into.confirmed = into.code or code, True
        by.record("names.merged", listing=listing, row=row_id, name=row.name, into=into_id, into_name=into.name)
        by.session.delete(row)


def remove_row(by: By, listing: Listing, row_id: int) -> None:
    """Take a row out of the list, such as a name typed by mistake. Raises Refusal while something refers to it."""
    with writing(by.session):
        (row,) = _lock(by, listing, row_id)
        if sum(references_to(by.session, listing, row_id).values()):
            raise Refusal(N_("%(name)s is in use. Merge it with the right one instead."), name=row.name)
        names = NAMES[listing]
        by.session.execute(delete(names).where(names.row_id == row_id))
        by.record("names.removed", listing=listing, row=row_id, name=row.name)
        by.session.delete(row)


def add_rows(by: By, listing: Listing, entries: Iterable[Entry]) -> int:
    """Add these rows, confirmed; what is known by code or name gets this name, code and names. Returns how many."""
    count = 0
    with writing(by.session):
        if not keeps(by):
            raise Unknown
        by.check_form()
        for entry in entries:
            kind = ROWS[listing]
            known = by.session.scalar(select(kind.id).where(kind.code == entry.code)) if entry.code else None
            row = by.session.get_one(kind, known or row_of(by, listing, entry.name))
            names = (*entry.aliases, row.name, entry.name)
            row.name, row.code, row.confirmed = entry.name, entry.code or row.code, True
            _set_names(by.session, listing, row, {key_of(by.session, listing, one): one for one in names}, keep=True)
            count += 1
        by.record("names.added", listing=listing, rows=count)
    return count


_LOCKED_ROW = {
    one: select(names.row_id).where(names.key == bindparam("key")).with_for_update(read=True)
    for one, names in NAMES.items()
}


def _locked_row(session: Session, listing: Listing, name: str) -> int | None:
    """The row of this name, which nobody merges or removes before this transaction ends; None: there is none."""
    return session.scalar(_LOCKED_ROW[listing], {"key": key_of(session, listing, name)})


def _add(session: Session, listing: Listing, name: str, *, confirmed: bool) -> Listed:
    row = ROWS[listing](name=name, confirmed=confirmed)
    session.add(row)
    session.flush()
    session.add(NAMES[listing](row_id=row.id, key=key_of(session, listing, name), name=name))
    session.flush()
    return row


def _lock(by: By, listing: Listing, *row_ids: int) -> list[Listed]:
    """These rows, which nobody is about to refer to: whoever is holds a name of it until they have."""
    if not keeps(by):
        raise Unknown
    names, kind = NAMES[listing], ROWS[listing]
    by.session.scalars(select(names.id).where(names.row_id.in_(row_ids)).order_by(names.id).with_for_update()).all()
    locked = select(kind).where(kind.id.in_(row_ids)).order_by(kind.id).with_for_update()
    rows = {row.id: row for row in by.session.scalars(locked.execution_options(populate_existing=True))}
    if rows.keys() < {*row_ids}:
        raise Unknown
    return [rows[id_] for id_ in row_ids]


def _set_names(
    session: Session, listing: Listing, row: Listed, wanted: Mapping[bytes, str], *, keep: bool = False
) -> None:
    """Let a row be found under these names, and under no others unless `keep`. Raises Refusal for those of others."""
    names, rows = NAMES[listing], ROWS[listing]
    code = select(rows.id).where(rows.code == row.code, rows.id != row.id)
    with session.no_autoflush:
        if row.code and session.scalar(code) is not None:
            raise Refusal(N_("Another one in the list has the code %(code)s. Merge the two."), code=row.code).at("code")
        known = {one.key: one for one in session.scalars(select(names).where(names.key.in_(wanted)))}
        own = session.scalars(select(names).where(names.row_id == row.id)).all()
    for key, name in wanted.items():
        one = known.get(key)
        if one is None:
            session.add(names(row_id=row.id, key=key, name=name))
        elif one.row_id != row.id:
            raise Refusal(N_("%(name)s is the name of another one in the list. Merge the two."), name=name)
        else:
            one.name = name
    for one in own:
        if one.key not in wanted and not keep:
            session.delete(one)
    session.flush()


def _drop_doubled_roles(session: Session, row_id: int, into_id: int) -> None:
    """Whoever follows both municipalities has one role then."""
    both = select(AccountRole.account_id).where(AccountRole.municipality_id == into_id)
    doubled = delete(AccountRole).where(AccountRole.municipality_id == row_id, AccountRole.account_id.in_(both))
    session.execute(doubled.execution_options(synchronize_session=False))
