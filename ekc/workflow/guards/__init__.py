"""The conditions of the steps: one function per condition, and in `steps.py` which step asks which.

What a step asked and later ones ask as well is in `ekc/workflow/standing.py`. A guard yields a Blocker for each
reason why not, none when all is well. It sees `Facts` and nothing else. Its row says its line on the checklist and who
may override it.
"""
