"""Option negotiation from the server's side (RFC 2347, 2348, 2349, 7440)."""

import msgspec

from tftptui.protocol.packets import HEADER, ROLL_TO_0, Numbering, Options

DEFAULT_BLOCK_SIZE = 512
MIN_BLOCK_SIZE, MAX_BLOCK_SIZE = 8, 65_464  # RFC 2348
MIN_TIMEOUT, MAX_TIMEOUT = 1, 255  # RFC 2349
MAX_WINDOW = 65_535  # RFC 7440 §3
MIN_UTIMEOUT, MAX_UTIMEOUT = 200_000, 255_000_000
"""Microseconds; tftp-hpa accepts 10,000, but such short timeouts cause floods."""

KNOWN = (b"blksize", b"tsize", b"timeout", b"windowsize", b"utimeout", b"rollover")
"""The options that this server supports."""

MAX_IN_FLIGHT = 1 << 20
"""Maximum bytes of one window: it has to fit the buffers of both sides."""

_MAX_DIGITS = 20


class Limits(msgspec.Struct, frozen=True):
    """The maximum values that this server grants.

    Attributes:
        block_size: data bytes in a block.
        window: blocks per ACK.
        path_block_size: largest block the route carries unfragmented; None if unknown
            or to be ignored.
        in_flight: bytes of a window.
        refused: options, in lower case, that are treated as unknown.
    """

    block_size: int = MAX_BLOCK_SIZE
    window: int = 64
    path_block_size: int | None = None
    in_flight: int = MAX_IN_FLIGHT
    refused: frozenset[bytes] = frozenset()


class Agreed(msgspec.Struct, frozen=True):
    """The outcome of a negotiation.

    Attributes:
        block_size: data bytes in a full block.
        window: blocks per ACK.
        timeout: seconds between retransmissions if the client set them.
        numbering: of the blocks on the wire.
        oack: options of the OACK, in the requested order; empty means no OACK.
        notes: a sentence for each value lowered and each option refused.
    """

    block_size: int = DEFAULT_BLOCK_SIZE
    window: int = 1
    timeout: float | None = None
    numbering: Numbering = ROLL_TO_0
    oack: Options = ()
    notes: tuple[str, ...] = ()


def negotiate(options: Options, limits: Limits, total_size: int | None) -> Agreed:
    """Negotiate options for a file of TOTAL_SIZE bytes (None: unknown).

    The OACK has only requested options (RFC 2347), values are only lowered, and an
    option with a value outside its RFC's range is ignored, except that a larger blksize
    is lowered. Of an option requested twice the first one counts.
    """
    wanted, refusals = _wanted(options, limits.refused)
    block_size, notes = _block_size(_number(wanted.get(b"blksize")), limits)
    window, window_notes = _window(
        _number(wanted.get(b"windowsize")), limits, block_size or DEFAULT_BLOCK_SIZE
    )
    seconds = _within(_number(wanted.get(b"timeout")), MIN_TIMEOUT, MAX_TIMEOUT)
    micros = _within(_number(wanted.get(b"utimeout")), MIN_UTIMEOUT, MAX_UTIMEOUT)
    rollover = _within(_number(wanted.get(b"rollover")), 0, 1)
    wants_size = _number(wanted.get(b"tsize")) is not None
    answers = {
        b"blksize": block_size,
        b"windowsize": window,
        b"timeout": seconds,
        b"utimeout": micros,
        b"tsize": total_size if wants_size else None,
        b"rollover": rollover,
    }
    oack = tuple(
        (name, str(answers[name]).encode())
        for name in wanted
        if answers.get(name) is not None
    )
    timeout = micros / 1e6 if micros is not None else seconds
    return Agreed(
        block_size=block_size or DEFAULT_BLOCK_SIZE,
        window=window or 1,
        timeout=float(timeout) if timeout is not None else None,
        numbering=Numbering(rollover) if rollover else ROLL_TO_0,
        oack=oack,
        notes=notes + window_notes + refusals,
    )


def announced_size(options: Options) -> int | None:
    """Return the file size in bytes by a WRQ's tsize (RFC 2349), or None."""
    for name, value in options:
        if name.lower() == b"tsize":
            return _number(value)
    return None


def path_block_size(mtu: int, *, ipv6: bool) -> int:
    """Return the largest block that an MTU (bytes) carries unfragmented."""
    return mtu - (48 if ipv6 else 28) - HEADER


def _wanted(
    options: Options, refused: frozenset[bytes]
) -> tuple[dict[bytes, bytes], tuple[str, ...]]:
    """Return the options to negotiate, and a sentence for each refused one."""
    wanted: dict[bytes, bytes] = {}
    for name, value in options:
        wanted.setdefault(name.lower(), value)
    if not refused:
        return wanted, ()
    left_out = [name for name in wanted if name in refused]
    for name in left_out:
        del wanted[name]
    note = "not granted: refused by --refuse"
    return wanted, tuple(f"{name.decode('ascii')} {note}" for name in left_out)


def _block_size(
    requested: int | None, limits: Limits
) -> tuple[int | None, tuple[str, ...]]:
    if requested is None or requested < MIN_BLOCK_SIZE:
        return None, ()
    size, why = min(requested, limits.block_size, MAX_BLOCK_SIZE), "this server's limit"
    if limits.path_block_size is not None and size > limits.path_block_size:
        size = max(MIN_BLOCK_SIZE, limits.path_block_size)
        why = "the route carries no more unfragmented"
    return size, (f"blksize {requested}→{size}: {why}",) if size < requested else ()


def _window(
    requested: int | None, limits: Limits, block_size: int
) -> tuple[int | None, tuple[str, ...]]:
    if requested is None or not 1 <= requested <= MAX_WINDOW:
        return None, ()
    window = max(1, min(requested, limits.window, limits.in_flight // block_size))
    if window < requested:
        return window, (f"windowsize {requested}→{window}: this server's limit",)
    return window, ()


def _number(value: bytes | None) -> int | None:
    """Parse a decimal number as the RFCs define it: ASCII digits only."""
    if value is None or len(value) > _MAX_DIGITS or not value.isdigit():
        return None
    return int(value)


def _within(value: int | None, low: int, high: int) -> int | None:
    return value if value is not None and low <= value <= high else None
