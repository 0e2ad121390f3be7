"""Ringing people one after the other: who it is, and who comes next."""

from collections.abc import Callable, Sequence

from ekc.conferences.queries.circle import PersonRow
from ekc.core.errors import Unknown


def who(people: Sequence[PersonRow], participant_id: int) -> PersonRow:
    """The one of these people with this id. Raises Unknown."""
    found = next((one for one in people if one.id == participant_id), None)
    if found is None:
        raise Unknown
    return found


def next_after(
    people: Sequence[PersonRow], participant_id: int, waits: Callable[[PersonRow], bool]
) -> PersonRow | None:
    """Who of these people comes next, after one of them, of those for whom something `waits`; None: nobody."""
    place = [one.id for one in people].index(participant_id)
    return next(filter(waits, (*people[place + 1 :], *people[:place])), None)
