"""How a sandbox is made: `snapshot` puts a device-mapper snapshot over a block device."""
