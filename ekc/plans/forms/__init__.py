"""Forms: of the plan (`plan.py`), of the answers to it (`answers.py`), and the fields both use (`fields.py`)."""
