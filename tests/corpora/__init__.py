"""Recorded texts of kernels and programs, and the readers that they go through.

`python -m tests.corpora.record` records again what a machine has; recorded/READER/NAME.txt are the texts,
NAME.value beside them is what they mean.
"""
