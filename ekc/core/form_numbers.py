"""The one-time number of a form that adds something: the same number twice does the thing once.

The number is stored in the transaction of the action (`By.check_form`), so that of two requests at once one waits for
the other. The second is answered with what the first led to. A number that comes again with other words saves nothing
and shows them. What a form that edits carries: `forms.EditingForm`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import Any, TypeVar

from flask import flash, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Index, LargeBinary, String, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from ekc.core.db import Base
from ekc.core.forms import NUMBER, keyed_digest
from ekc.core.handlers import sent_otherwise
from ekc.core.language import gettext
from ekc.core.routes import Sending, came_from, db, declare_sending, now, only_shows
from ekc.core.tokens import hash_token, is_token, new_token
from ekc.core.transaction import writing

View = TypeVar("View", bound=Callable[..., Any])
#: Longer than a page can be open (`WTF_CSRF_TIME_LIMIT`).
KEPT = timedelta(days=2)
_UNCOUNTED = frozenset({"csrf_token", NUMBER})


class FormNumber(Base):
    """The number of a form that was sent and saved."""

    __tablename__ = "form_number"
    __table_args__ = (Index(None, "used_at"),)

    number: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)  # SHA-256, with the address
    content: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed digest of what was sent
    used_at: Mapped[datetime]
    result: Mapped[str | None] = mapped_column(String(400))  # the address it led to, or what `again` makes one of


@dataclass(frozen=True, slots=True)
class _Sent:
    """The number and content of the form of this request."""

    number: bytes
    content: bytes


class _UsedBefore(Exception):  # noqa: N818 - an expected outcome
    """Another request has used the number. Not a Refusal, so that views do not show it."""


def new_form_number() -> str:
    """A number for a form that adds something."""
    return new_token()


def _lead(result: str | None) -> ResponseReturnValue:
    """To where the first request was led; before it was stored, back to the page of the form."""
    return redirect(result or came_from() or url_for("home"), 303)


def adds(again: Callable[[str | None], ResponseReturnValue] = _lead) -> Callable[[View], View]:
    """Mark a view whose form adds something, and do it once for each number.

    `again`: the answer to the same form sent again, from what `remember` kept of the first, by default the address that
    it redirected to; None if the first is not finished. A form without a number is not looked after.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def once(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            sent = _sent()
            if sent is None:
                return view(*args, **kwargs)  # type: ignore[no-any-return]
            if first := _find(sent):
                return _answer(sent, first, again)
            g.form_checks = (partial(_use, db(), now(), sent),)
            try:
                response = make_response(view(*args, **kwargs))
            except _UsedBefore:
                return _answer(sent, _find(sent), again)
            if g.get("form_number_used") and not only_shows():
                _keep(sent, g.get("form_result") or response.location)
            return response

        return declare_sending(Sending.ADDS)(once)  # type: ignore[return-value]

    return mark


def was_used() -> bool:
    """Whether the form of this request carries a number with which it was saved."""
    sent = _sent()
    return sent is not None and _find(sent) is not None


def remember(result: str) -> None:
    """Keep this for `again`, instead of the address that the view redirects to."""
    g.form_result = result


def forget_form_numbers(session: Session, at: datetime) -> int:
    """Delete the numbers of pages that cannot be open any more; returns how many."""
    with writing(session):
        old = session.scalars(delete(FormNumber).where(FormNumber.used_at < at - KEPT).returning(FormNumber.number))
        return len(old.all())


def _sent() -> _Sent | None:
    number = request.form.get(NUMBER, "") if request.method == "POST" else ""
    if not is_token(number):
        return None
    return _Sent(hash_token(f"{request.path} {number}"), _sent_content())


def _sent_content() -> bytes:
    """A keyed digest of what was typed into the form of this request, whatever its number."""
    typed = sorted((name, value) for name, value in request.form.items(multi=True) if name not in _UNCOUNTED)
    return keyed_digest(repr(typed))


def _find(sent: _Sent) -> FormNumber | None:
    return db().scalar(
        select(FormNumber).where(FormNumber.number == sent.number).execution_options(populate_existing=True)
    )


def _use(session: Session, at: datetime, sent: _Sent) -> None:
    """Store the number in the transaction of the action. Raises _UsedBefore; waits for a request that is doing so."""
    if g.get("form_number_used"):
        return
    try:
        session.execute(insert(FormNumber).values(number=sent.number, content=sent.content, used_at=at))
    except IntegrityError:
        raise _UsedBefore from None
    g.form_number_used = True


def _keep(sent: _Sent, result: str | None) -> None:
    with writing(db()):
        db().execute(update(FormNumber).where(FormNumber.number == sent.number).values(result=result))


def _answer(
    sent: _Sent, first: FormNumber | None, again: Callable[[str | None], ResponseReturnValue]
) -> ResponseReturnValue:
    if first is not None and first.content != sent.content:
        return sent_otherwise()
    flash(gettext("You sent this twice. It was saved once."), "success")
    return again(first.result if first else None)
