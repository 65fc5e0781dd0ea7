"""How quick the program is, as ratios that any machine can repeat: `python -m tests.bench`."""
