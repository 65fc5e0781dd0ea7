"""A Live CD whose root is a sandbox: build it, boot it in QEMU, write it to a stick, tell about it."""
