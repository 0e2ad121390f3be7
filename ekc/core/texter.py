"""The texter: sends a text message of the outbox through an HTTP service, which EKC_SMS_URL names.

It POSTs a form: `to` (as dialled abroad: +31612345678), `text`, `reference` (the same at each attempt, so that the
service can drop duplicates) and the fields in the query of the address. Status 2xx means that it took the message.
"""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from config import TextGateway
from ekc.core import outbox, postbox
from ekc.core.jobs import Final, JobRun, NotDone, Unavailable

#: Seconds until the service has to have answered.
TIMEOUT = 30
#: Statuses of a service that does not let us in, or asks to come again: they say nothing of the message.
_NOT_NOW = frozenset({401, 402, 403, 408, 425, 429})

#: A number as people write it: digits, and what stands between them.
_WRITTEN = re.compile(r"\+?[0-9 \u00a0./()\u2010-\u2013-]+")
#: The first one in a text.
_FIRST = re.compile(r"\(?\+?\d(?:[\d\s.)\u2010-\u2013-]|(?<=\d)/(?=\d))*")


def deliver_text(run: JobRun) -> None:
    """Send a text message, if it is still to be sent.

    Raises Unavailable if the service cannot be reached or does not let us in, NotDone if it refuses the message.
    """
    gateway = run.settings.texts
    if gateway is None:
        raise Unavailable("NoTextGateway")
    if run.found is None:
        return  # sent already, or deleted, because its link was revoked
    message = outbox.opened(run.session, run.found)
    if gateway.address:
        _send(gateway, message.recipient, message.body, message.message_id)
    else:
        said = {"subject": "", "text": message.body, "language": message.language}
        run.at_end.append((postbox.put, postbox.PostboxItem(recipient=message.recipient, **said)))
    run.at_end.append((outbox.note_sent, message.id))


def give_up_text(session: Session, message_id: int, at: datetime, _code: str) -> None:
    """Send this text message no more. Does not commit."""
    outbox.give_up(session, message_id, at, returned=False)


def international(phone: str, calling_code: str) -> str:
    """A telephone number as it is dialled abroad, such as +31612345678; "" if it cannot be one.

    `calling_code`: of the country in which a number that begins with 0 is dialled.
    """
    written = _WRITTEN.fullmatch(phone.replace("(0)", "").strip())
    if written is None:  # such as "06 12345678, after 5", whose digits together are the number of somebody else
        return ""
    digits = re.sub(r"\D", "", written[0])
    if written[0].startswith("+"):
        abroad = digits
    elif digits.startswith("00"):
        abroad = digits[2:]
    elif digits.startswith("0"):
        abroad = calling_code + digits[1:]
    else:
        return ""
    return f"+{abroad}" if 8 <= len(abroad) <= 15 else ""


def dialled(phone: str) -> str:
    """What a telephone dials when the number on a page is pressed: the first one that is written, without "(0)"."""
    first = _FIRST.search(phone.replace("(0)", ""))
    return re.sub(r"[^+\d]", "", first[0]) if first else ""


def _send(gateway: TextGateway, to: str, text: str, reference: str) -> None:
    import requests  # noqa: PLC0415 - web processes never send one

    form = {**dict(gateway.fields), "to": to, "text": text, "reference": reference}
    auth = (gateway.user, gateway.password) if gateway.user else None
    try:
        with requests.post(
            gateway.address, data=form, auth=auth, timeout=TIMEOUT, allow_redirects=False, stream=True
        ) as answer:  # nobody reads what it says, however long
            status = answer.status_code
    except requests.RequestException as error:  # its text may contain the address
        raise Unavailable(type(error).__name__) from None
    code = f"HTTP {status}"
    if status in _NOT_NOW:
        raise Unavailable(code)
    match status // 100:
        case 2:
            return
        case 4:
            raise Final(code)
        case _:
            raise NotDone(code)
