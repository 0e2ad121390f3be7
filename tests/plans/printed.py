"""Two printed plans: a full one, after the De Wit family, and one with as little as possible."""

from datetime import date, datetime

from ekc.plans.document import (
    PlanDocument,
    PrintedAcceptance,
    PrintedAction,
    PrintedAgreement,
    PrintedBottomLine,
    PrintedEvaluation,
    PrintedGoal,
    PrintedWhatIf,
)

DE_WIT = PlanDocument(
    number="EKC-2026-0007",
    title="Familie De Wit - El Amrani",
    language="nl",
    municipality="Rivierstad",
    question="Hoe zorgen wij er samen voor dat Yara, Daan en Sami veilig thuis kunnen blijven wonen?",
    conference_on=date(2026, 4, 18),
    place="Buurthuis De Brug",
    version=2,
    version_on=date(2026, 7, 11),
    goals=(
        PrintedGoal(
            "De kinderen zijn nooit 's nachts alleen.",
            (
                PrintedAction(
                    "1.1",
                    ("Fatima El Amrani-Benali",),
                    "Slaapt op zondag, maandag en dinsdag bij Marieke",
                    "family",
                    starts=date(2026, 4, 19),
                    every="week",
                ),
                PrintedAction(
                    "1.2",
                    ("Kees de Wit", "Linda de Wit", "Sanne Bos"),
                    "Hangen het weekrooster op de koelkast",
                    "family",
                    by=date(2027, 1, 4),
                ),
            ),
        ),
        PrintedGoal(
            "Marieke krijgt hulp en slaapt weer.",
            (
                PrintedAction(
                    "2.1",
                    ("Priya Nair",),
                    "Plant de behandeling op dinsdagavond na 19 uur",
                    "professional",
                    by=date(2026, 7, 24),
                    answer="agreed",
                    answer_words="kamer geboekt tot juli",
                ),
                PrintedAction(
                    "2.2",
                    ("Ibrahim Yıldız",),
                    "Brengt Daan om 8.15 uur naar school",
                    "network",
                    starts=date(2026, 5, 4),
                ),
            ),
        ),
    ),
    what_ifs=(
        PrintedWhatIf("Het gaat slecht met Marieke", "Yara of Marieke belt Linda", ("Yara El Amrani", "Linda de Wit")),
    ),
    monitor="Omar El Amrani",
    evaluation=PrintedEvaluation(
        datetime(2026, 10, 10, 14, 5),  # noqa: DTZ001 as it stands on a kitchen calendar
        "bij Kees thuis",
        "Tante Amina",
        ("Karim Jansen", "Els Vermeer"),
    ),
    bottom_lines=(
        PrintedBottomLine("Elke nacht is er een volwassene.", met=True),
        PrintedBottomLine("Daan gaat elke dag naar school.", met=False),
        PrintedBottomLine("Niemand komt op foto's.", met=None),
    ),
    acceptance=PrintedAcceptance("Joyce Lim", "Jeugdbescherming Rivierstad", date(2026, 7, 12)),
    agreed=(
        PrintedAgreement("Daan El Amrani", "zijn deel, in een tekening"),
        PrintedAgreement("Hassan El Amrani", "per brief van 25 april"),
    ),
    changes=("Fatima slaapt nu drie nachten bij Marieke.",),
)

# The smallest possible plan: the rest is filled in by hand.
EMPTY = PlanDocument(
    number="EKC-2026-0008",
    title="Kastanjeplein",
    language="en",
    municipality="Rivierstad",
    question="How does the square become a place for all of us?",
    conference_on=None,
    place="",
    version=1,
    version_on=date(2026, 5, 28),
    goals=(PrintedGoal("It is quiet after eleven.", (PrintedAction("1.1", (), "Speak to each other", "network"),)),),
)
