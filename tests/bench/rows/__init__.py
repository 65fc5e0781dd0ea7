"""One module a row, or a pair of rows that need the same preparation.

Each has `here` (rows taken on this machine) or `guest` (rows taken in the virtual machine), or both.
"""
