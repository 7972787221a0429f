"""The bytes of block numbers as they follow each other on the wire.

Twice around, so that the numbers of many blocks are one slice, the wrap included.
"""

HIGH = b"".join(bytes([high]) * 256 for high in range(256)) * 2
"""The first byte of the numbers 0, 1, 2 …"""

LOW = bytes(range(256)) * 256 * 2
"""The second one."""
