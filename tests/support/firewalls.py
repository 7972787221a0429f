"""Situations and journals for tests of the firewall rules."""

from ipaddress import ip_address, ip_network
from typing import Any

from tftptui.knowledge.firewall.situation import Situation

SERVER, SERVER_V6 = ip_address("10.254.52.26"), ip_address("2001:db8:1::9")
CLIENTS, CLIENTS_V6 = ip_network("10.55.32.0/24"), ip_network("2001:db8:2::/64")


def situation(**changes: Any) -> Situation:
    """Return clients of one network and a server, with changes."""
    return Situation(**{"servers": (SERVER,), "clients": (CLIENTS,)} | changes)


def started(transfer: int, tid: int, **changes: object) -> dict[str, object]:
    """Return a journal line: a transfer with client port TID starts."""
    line: dict[str, object] = {
        "t": f"2026-11-26T03:00:{transfer:02}.000000Z",
        "event": "transfer_started",
        "transfer": transfer,
        "client": "10.55.32.175",
        "client_tid": tid,
        "server": "10.254.52.26",
        "server_tid": 40_000 + transfer,
        "file": "pxelinux.0",
        "direction": "read",
    }
    return line | changes


def ended(transfer: int, outcome: str, **changes: object) -> dict[str, object]:
    """Return a journal line: a transfer is over."""
    line: dict[str, object] = {
        "t": f"2026-11-26T03:01:{transfer:02}.000000Z",
        "event": "transfer_ended",
        "transfer": transfer,
        "outcome": outcome,
        "blocks": 1,
        "acked_blocks": 0,
        "retransmits": 5,
        "duplicates": 0,
        "error": None,
    }
    return line | changes


def boot_rom() -> list[dict[str, object]]:
    """Return the founding case: a ROM sends from 2072, 2073; a program got its file."""
    return [
        {
            "event": "started",
            "listeners": ["0.0.0.0:69", "[::]:69"],
            "ports": "40000-40099",
            "settings": {"single_port": False},
        },
        started(1, 2_072),
        started(2, 2_073),
        started(3, 44_669, client="10.55.32.9", file="fw.bin"),
        ended(3, "completed", blocks=9, acked_blocks=9, retransmits=0),
        ended(1, "abandoned"),
        ended(2, "abandoned", error="the client never replied"),
    ]
