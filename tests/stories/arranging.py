"""How the meeting is arranged: dates, hours, venue, and everything around it."""

from ekc.core.clock import from_local
from ekc.core.language import moment
from ekc.workflow.vocabulary import Part
from tests.stories.walk import Walk


def arrange(walk: Walk) -> None:
    """All of the file's preparation that stands on the page of the meeting."""
    setup = walk.case.setup
    assert setup is not None
    client = walk.open("meeting")
    for option in setup.date_options:
        client.submit("Ask people about this date", {"Day and time": option})
    chosen = moment(from_local(setup.chosen, walk.case.timezone), walk.case.timezone)
    client.submit(f"Choose {chosen}")
    client.submit("Save the hours", {"Hours": f"{setup.expected_hours:g}"})
    client.submit(
        "Save the place",
        {"Place": setup.venue.name, "Address": setup.venue.address, "How people get in": setup.venue.access},
    )
    interpreter = next((p.name for p in walk.case.people.values() if p.role is Part.INTERPRETER), None)
    arranged = {
        "food and drink": setup.catering,
        "travel": setup.travel,
        "childcare": setup.childcare,
        "interpreter": interpreter,
    }
    for what, how in arranged.items():
        client.submit(f"Save {what}", {"How it is arranged": how} if how else {"Not needed": True})
