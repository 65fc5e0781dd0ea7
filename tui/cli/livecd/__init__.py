"""The verbs of Live CDs that do more on a command line than to run a plan."""
