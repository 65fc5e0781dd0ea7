"""Tests of sandbox-tui, split by what they need: nothing, or a real kernel."""
