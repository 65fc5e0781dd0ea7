"""The verbs that change something, each once: `change.py` says what a verb is, and has a module for each
beside it. Both front ends plan, show, run and conclude with these, and word results with `present.py`.
"""
