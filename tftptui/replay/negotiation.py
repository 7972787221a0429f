"""What an OACK of a capture settles between the two ends."""

from collections.abc import Mapping

from tftptui.protocol.packets import Numbering, Oack, Options
from tftptui.replay.block_numbers import Counting
from tftptui.server.recorder import option_texts
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.views import TransferView

_MOST_DIGITS = 19


def agree(view: TransferView, oack: Oack, *, is_cut: bool) -> Counting | None:
    """Write down what was granted; return how blocks are counted, if that is said.

    Of an OACK that the capture has cut the end may grant more.
    """
    view.agreed = option_texts(oack.options)
    granted = by_name(oack.options)
    view.block_size = number(granted, b"blksize") or view.block_size
    view.window = number(granted, b"windowsize") or view.window
    total = number(granted, b"tsize")
    view.total_size = view.total_size if total is None else total
    for name, value in view.asked:
        given = granted.get(name.lower().encode())
        if given is None and is_cut:
            continue
        if given is None:
            view.notes.append(f"{name} was not granted")
        elif name.lower() != "tsize" and visible(given) != value:
            view.notes.append(f"{name} {value} asked, {visible(given)} granted")
    if b"rollover" not in granted:
        return None
    low = number(granted, b"rollover") or 0
    return Counting(Numbering(min(low, 1)), is_settled=True)


def by_name(options: Options) -> dict[bytes, bytes]:
    """Return options by their names in lower case."""
    return {name.lower(): value for name, value in options}


def number(options: Mapping[bytes, bytes], name: bytes) -> int | None:
    """Return an option's value; None if there is none, or it is no number."""
    value = options.get(name, b"")
    return int(value) if value.isdigit() and len(value) <= _MOST_DIGITS else None
