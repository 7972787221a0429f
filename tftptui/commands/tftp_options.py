"""Sets of TFTP options as they are typed: ``none``, ``blksize=1468,tsize=0``."""

from tftptui.commands.usage_error import UsageError
from tftptui.protocol.offer import Offer
from tftptui.protocol.options import MAX_BLOCK_SIZE, MIN_BLOCK_SIZE

NO_OPTIONS = "none"

_FIELDS = {
    "tsize": ("total_size", 0, 2**63 - 1),
    "blksize": ("block_size", MIN_BLOCK_SIZE, MAX_BLOCK_SIZE),
    "windowsize": ("window", 1, 65_535),
    "timeout": ("timeout", 1, 255),
}
"""Of an Offer, and from what to what (RFC 2348, 2349, 7440)."""


def parse_option_set(text: str) -> Offer:
    """Read one set of options.

    Raises:
        UsageError: invalid; the text says what to write.
    """
    values: dict[str, int] = {}
    parts = [part.strip() for part in text.split(",")]
    for part in [] if parts == [NO_OPTIONS] else parts:
        name, _, value = part.partition("=")
        if name not in _FIELDS:
            raise UsageError(
                f"unknown TFTP option {name!r}; there are {', '.join(_FIELDS)}. Write "
                f"--options blksize=1468,tsize=0, or --options {NO_OPTIONS}"
            )
        field, least, most = _FIELDS[name]
        if field in values:
            raise UsageError(f"{name} twice in {text!r}: use two --options")
        is_number = value.isascii() and value.isdigit()
        if not is_number or not least <= int(value) <= most:
            raise UsageError(f"{part!r}: write {name}=N, with N from {least} to {most}")
        values[field] = int(value)
    return Offer(**values)
