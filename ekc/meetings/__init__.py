"""Meetings: dates, venue, arrangements, attendance, and information and questions in the information phase."""
