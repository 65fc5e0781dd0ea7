"""A virtual machine with a real device-mapper, over this machine's own file system."""
