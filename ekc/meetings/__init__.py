"""The gathering: dates, venue, arrangements, who is there, what is told and asked in the information phase."""
