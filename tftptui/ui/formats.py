"""Numbers, times and addresses as text of stable width."""

from datetime import datetime

from tftptui.telemetry.words import endpoint, span

__all__ = [
    "age",
    "byte_size",
    "clock",
    "count",
    "duration",
    "endpoint",
    "moment",
    "rate",
    "short_age",
    "span",
]

_UNITS = ("", "k", "M", "G", "T")
_STEP = 1000
_NARROW = 100


def byte_size(count: float) -> str:
    """Return at most six characters: ``512``, ``9.1 k``, ``612 k``, ``4.4 M``."""
    value = float(count)
    for unit in _UNITS:
        if value < _STEP - 0.5 or unit == _UNITS[-1]:
            break
        value /= _STEP
    if not unit:
        return f"{value:.0f}"
    return f"{value:.1f} {unit}" if value < _NARROW else f"{value:.0f} {unit}"


def rate(per_second: float | None) -> str:
    """Return bytes/s like ``12.1 M/s``; a dash if unknown."""
    return "–" if per_second is None else byte_size(per_second) + "/s"


def age(seconds: float) -> str:
    """Return how long ago: ``now``, ``12 s ago``, ``5 min ago``, ``3 h ago``."""
    if seconds < 1:
        return "now"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "now"


def short_age(seconds: float) -> str:
    """Return a duration in at most six characters: ``12 s``, ``5 min``."""
    units = ((31_557_600, "y"), (86_400, "d"), (3_600, "h"), (60, "min"))
    fitting = ((size, unit) for size, unit in units if seconds >= size)
    size, unit = next(fitting, (1, "s"))
    return f"{max(0, int(seconds // size))} {unit}"


def clock(time: float) -> str:
    """Return local time of day with milliseconds: ``12:04:23.090``."""
    return datetime.fromtimestamp(time).astimezone().strftime("%H:%M:%S.%f")[:-3]


def moment(time: float, now: float, *, precise: bool = False) -> str:
    """Return date and time, or only the time if it is today.

    With milliseconds if PRECISE.
    """
    then = datetime.fromtimestamp(time).astimezone()
    text = clock(time) if precise else f"{then:%H:%M:%S}"
    is_today = then.date() == datetime.fromtimestamp(now).astimezone().date()
    return text if is_today else f"{then:%Y-%m-%d} {text}"


def duration(seconds: float) -> str:
    """Return a duration in at most five characters: ``8 s``, ``2:05``."""
    whole = int(seconds + 0.5)
    if whole < 60:  # noqa: PLR2004 - a minute
        return f"{whole} s"
    if whole < 3600:  # noqa: PLR2004 - an hour
        return f"{whole // 60}:{whole % 60:02}"
    return f"{whole // 3600} h" if whole < 360_000 else "–"  # noqa: PLR2004 - 100 h


def count(number: int) -> str:
    """Return a whole number with thousands separators: ``73,512``."""
    return f"{number:,}"


def whole_percent(share: float) -> int:
    """Return a share of 0 to 1 in percent, rounded down; 100 only if complete."""
    return int(share * 100)
