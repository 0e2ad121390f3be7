"""How long what people type may be, in characters: the one place that says it. `forms.AtMost` looks at it.

A text that is too long comes back whole, with a sentence; nothing is cut.
"""

WORD = 40  # a telephone number, a code, a time zone
TITLE = 80  # a name in lists that are searched and grouped: a region, a municipality
NAME = 120  # of somebody, or of what stands beside a name
MAIL = 254  # an address of mail (RFC 5321)
LINE = 300  # one short line
PASSAGE = 2000  # a sentence or some
ACCOUNT = 5000  # what happened, was said or is wished, at length
