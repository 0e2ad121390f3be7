"""The papers of the circle: its picture, and questions that help to find who else cares."""
