"""Who must hear, answer or decide what: what each step and each change makes owed to whom, and what clears it.

A step or a change leaves a notice (`owes` of its row). It is owed as long as the facts do not show that it is settled:
a contact, a mail that was sent and did not come back, a look at the own page, an answer. Nothing is ticked by hand.
"""
