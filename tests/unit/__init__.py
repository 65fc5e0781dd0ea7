"""Tests that need no privilege: the backend and the command line on the practice host."""
