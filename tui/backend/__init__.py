"""The whole tool without a face: read the machine, plan changes, run them, undo them.

Read in this order: `verbs`, `sandboxes` (their plans) with `sandboxes/engines` and `stores` (what a sandbox
is made of), `plan`, `lock` and `execute` (steps, running, undoing), `inventory` (readings of the machine),
`kernel` (what its texts mean), `host` (the only way to touch or read the machine).
"""
