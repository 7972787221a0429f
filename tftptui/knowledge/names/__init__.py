"""Requested names that do not exist: what was meant, and does it matter?

``near`` finds files with similar names in ``known``; ``lists`` and ``searching`` know
which missing names are part of a healthy boot.
"""

from tftptui.knowledge.names.known import KnownNames
from tftptui.knowledge.names.lists import SEARCH_LISTS, SearchList, list_of
from tftptui.knowledge.names.near import Near, near_names
from tftptui.knowledge.names.searching import Attempt, Search, searches

__all__ = [
    "SEARCH_LISTS",
    "Attempt",
    "KnownNames",
    "Near",
    "Search",
    "SearchList",
    "list_of",
    "near_names",
    "searches",
]
