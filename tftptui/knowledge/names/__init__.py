"""Requested names that do not exist: what was meant, and is it a fault?

``near`` finds the files that a client may have meant, among those ``known``;
``lists`` and ``searching`` know the names that a healthy boot requests in any case.
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
