"""The verbs that change something, each written once, in a module of its name; `change.py` says what one is.
Both front ends plan, show, run and conclude with these; `present/results.py` has the sentences.
"""
