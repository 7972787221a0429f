"""Edit distance of names."""

DIGIT_WEIGHT = 2
"""Weight of a digit: another version is not a typo."""

_DIGITS = frozenset(b"0123456789")


def distance(one: bytes, other: bytes, *, most: int) -> int:
    """Return the edit distance: insertions, deletions, substitutions, transpositions.

    Returns:
        The number of edits, with digits counted DIGIT_WEIGHT times; MOST + 1 if there
        are more than MOST.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = _first_row(other)
    for place, octet in enumerate(one):
        row = [last[0] + _weight(octet)]
        for column, wanted in enumerate(other):
            same = 0 if octet == wanted else max(_weight(octet), _weight(wanted))
            best = min(
                last[column] + same,
                last[column + 1] + _weight(octet),
                row[column] + _weight(wanted),
            )
            if (
                place
                and column
                and octet == other[column - 1]
                and one[place - 1] == wanted
            ):
                best = min(best, before[column - 1] + max(same, 1))
            row.append(best)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return min(last[-1], most + 1)


def _first_row(other: bytes) -> list[int]:
    row = [0]
    for octet in other:
        row.append(row[-1] + _weight(octet))
    return row


def _weight(octet: int) -> int:
    return DIGIT_WEIGHT if octet in _DIGITS else 1
