"""Which options are left out of an answer, for everybody or for one client program."""

from functools import lru_cache

FOR = "@"
"""Between an option and the client program that it is left out for."""


@lru_cache(maxsize=256)
def refused_options(refuse: tuple[str, ...], kind: str) -> frozenset[bytes]:
    """Return the options that a client program is not granted, in lower case.

    Args:
        refuse: as in Settings.refuse: ``windowsize``, or ``windowsize@U-Boot``.
        kind: the program as recognised; "" for an unknown one.
    """
    found = set()
    for word in refuse:
        name, is_narrow, wanted = word.partition(FOR)
        if not is_narrow or (kind and wanted.casefold() in kind.casefold()):
            found.add(name.lower().encode())
    return frozenset(found)


def is_narrow(refuse: tuple[str, ...]) -> bool:
    """Whether it matters which program asks."""
    return any(FOR in word for word in refuse)
