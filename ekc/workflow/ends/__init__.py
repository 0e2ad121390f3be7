"""The ends: for each way in which something stops, what it settles and destroys, who hears it, and what pages say.

A row belongs to the steps that bring it about; `check_tables` refuses a step into closed without a row. In private time
nobody but the family acts: whatever happened, an end from outside waits until the family has come out.
"""
