"""One line made of parts that are shortened, in a chosen order, until it fits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

GAP = 3
"""Maximum cells between two parts; 2 if there is too little room."""


_CLAUSE = re.compile(r"[.,;:·] |\s[·–] ")
"""The end of a clause."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the line.

    Attributes:
        forms: its texts, longest first; with an empty last form it may be dropped.
        side: "left" or "right".
    """

    forms: Sequence[Text]
    side: str = "left"


def fit(parts: Sequence[Part], order: Sequence[int], width: int) -> Text:
    """Return the line in exactly WIDTH cells.

    ORDER holds indices of parts: each occurrence switches that part to its next form.
    If the line is still too long, it is cut.
    """
    chosen = [0] * len(parts)
    steps = iter(order)
    gap = GAP
    while _length(parts, chosen, gap) > width:
        gap = GAP - 1
        if _length(parts, chosen, gap) <= width:
            break
        step = next(steps, None)
        if step is None:
            break
        chosen[step] = min(chosen[step] + 1, len(parts[step].forms) - 1)
    return _joined(parts, chosen, gap, width)


def _shown(parts: Sequence[Part], chosen: Sequence[int]) -> list[tuple[str, Text]]:
    return [
        (part.side, form)
        for part, which in zip(parts, chosen, strict=True)
        if (form := part.forms[which])
    ]


def _length(parts: Sequence[Part], chosen: Sequence[int], gap: int) -> int:
    shown = _shown(parts, chosen)
    return sum(form.cell_len for _, form in shown) + gap * (len(shown) - 1) + 2


def _joined(parts: Sequence[Part], chosen: Sequence[int], gap: int, width: int) -> Text:
    shown = _shown(parts, chosen)
    space = Text(" " * gap)
    left = space.join([form for side, form in shown if side == "left"])
    right = space.join([form for side, form in shown if side == "right"])
    room = max(gap if right else 0, width - left.cell_len - right.cell_len - 2)
    line = Text.assemble(" ", left, " " * room, right, " ")
    line.truncate(width, overflow="ellipsis", pad=True)
    return line


def fitting_form(forms: Sequence[str], width: int) -> str:
    """Return the first of FORMS that fits into WIDTH, or the last if none fits."""
    return next((one for one in forms if cell_len(one) <= width), forms[-1])


def fitting_parts(parts: Sequence[Sequence[str]], width: int, gap: str) -> str:
    """Return as many of PARTS as fit, from the first on; each has several forms.

    The later ones are shortened first.
    """
    for kept in range(len(parts), 0, -1):
        chosen = [forms[0] for forms in parts[:kept]]
        for place in reversed(range(kept)):
            for form in parts[place]:
                chosen[place] = form
                if cell_len(text := gap.join(chosen)) <= width:
                    return text
    return ""


def whole_clauses(text: str, width: int) -> str:
    """Return as many whole clauses of TEXT as fit, or all of it if none fits."""
    if cell_len(text) <= width:
        return text
    ends = [
        found.start()
        for found in _CLAUSE.finditer(text)
        if cell_len(text[: found.start()]) <= width
    ]
    return text[: ends[-1]] if ends else text
