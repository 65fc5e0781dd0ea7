"""The whole tool without a face: read the machine, plan changes, run them, undo them.

Read in this order: `sandboxes` (the verbs), `engines` and `stores` (what a sandbox is
made of), `plan` and `execute` (steps, running, undoing), `inventory` (readings of the
machine), `host` (the only way to touch or read the machine).
"""
