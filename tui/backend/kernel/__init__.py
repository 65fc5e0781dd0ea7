"""What the kernel and the programs around it print, as values.

One module for each format: pure functions over text, which read no file and start no program. A text has
the very bytes that were read (`text.decode`), and may be of anybody's making: what is no line of the
format is passed over, and nothing is raised. A corpus of recorded texts (tests/corpora) goes through each
of them, whole and damaged.
"""
