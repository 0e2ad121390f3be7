"""Staff: who has an account (for the administrator, who sees no case), and to whom a coordinator's cases go who leaves.

What is done with accounts stands in `people/actions/`, what is done with cases in `matching`: here are the pages that
need both.
"""
