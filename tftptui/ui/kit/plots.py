"""Small text plots: bars in eighths of a cell, next to their scale."""

from collections.abc import Sequence

LEVELS = "▁▂▃▄▅▆▇█"
"""Eight heights of a cell, the lowest first."""

_EIGHTHS = f" {LEVELS}"


def bars(values: Sequence[float | None], height: int) -> list[str]:
    """Return HEIGHT lines, one column per value, the highest value at full height.

    Values other than 0 always have a visible bar; None is a gap.
    """
    most = max((value for value in values if value is not None), default=0.0)
    filled = [_eighths(value, most, height * 8) for value in values]
    return [
        "".join(_EIGHTHS[max(0, min(8, eighths - floor * 8))] for eighths in filled)
        for floor in reversed(range(height))
    ]


def squeezed(values: Sequence[float | None], width: int) -> list[float | None]:
    """Return at most WIDTH values, each the maximum of those it stands for."""
    if len(values) <= width:
        return [*values]
    return [
        max(
            (
                value
                for value in values[
                    place * len(values) // width : (place + 1) * len(values) // width
                ]
                if value is not None
            ),
            default=None,
        )
        for place in range(width)
    ]


def _eighths(value: float | None, most: float, height: int) -> int:
    if not value or most <= 0:
        return 0
    return max(1, round(value / most * height))
