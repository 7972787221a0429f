"""Data for the demo's stage: lanes, and packets on them."""

from typing import Any

from tftptui.demo.view import LaneView, PacketView


def packet(place: float, **changes: Any) -> PacketView:
    """Return a packet at a position from 0 to 1."""
    given: dict[str, Any] = {
        "number": 1,
        "label": "DATA 3",
        "to_server": False,
        "place": place,
        "fate": "flying",
    }
    return PacketView(**(given | changes))


def lane(*packets: PacketView, **changes: Any) -> LaneView:
    """Return the lane of a boot ROM that has half of its file."""
    given: dict[str, Any] = {
        "name": "rom",
        "title": "Intel boot ROM",
        "address": "127.0.4.37",
        "client_port": 2_072,
        "server_port": 40_018,
        "status": "",
        "share": 0.5,
        "packets": list(packets),
    }
    return LaneView(**(given | changes))
