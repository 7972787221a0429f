"""The bytes of consecutive block numbers on the wire.

Repeated twice, so that the numbers of many blocks are one slice even across the wrap.
"""

HIGH = b"".join(bytes([high]) * 256 for high in range(256)) * 2
"""High bytes of the numbers 0, 1, 2 and so on."""

LOW = bytes(range(256)) * 256 * 2
"""Low bytes."""
