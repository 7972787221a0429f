"""Facts for the rules: tries of a client, as a server would have seen them."""

from typing import Any

import msgspec

from tftptui.findings.facts import Facts, Icmp, Neighbour, Scene
from tftptui.telemetry.events import Refused
from tftptui.telemetry.views import TransferView

NOON = 1_700_000_000.0
CLIENT, SERVER, FIREWALL = "10.0.4.37", "10.0.1.5", "10.0.1.1"
FILE = "pxelinux.0"
INTEL: dict[str, Any] = {
    "asked": [("tsize", "0")],
    "kind": "Intel boot ROM",
    "kind_sure": 0.95,
}
CURL: dict[str, Any] = {
    "asked": [("tsize", "0"), ("blksize", "512"), ("timeout", "6")],
    "kind": "curl",
    "kind_sure": 0.95,
}


def tried(number: int = 1, at: float = 0.0, **changes: Any) -> TransferView:
    """Return a try that started AT seconds after noon and never got a reply."""
    given: dict[str, Any] = {
        "number": number,
        "client": CLIENT,
        "client_tid": 2_069 + number,
        "server": SERVER,
        "server_tid": 40_000 + 7 * number,
        "file": FILE,
        "agreed": [("tsize", "42012")],
        "total_size": 42_012,
        "started": NOON + at,
        "moved": NOON + at,
        "asked_at": (NOON + at,),
        "retransmits": 2,
        "timeouts": 2,
        "phase": "stalled",
    }
    return TransferView(**(given | INTEL | changes))


def repeated_request(view: TransferView, *at: float) -> TransferView:
    """Return a try whose client retried AT these seconds after noon."""
    return msgspec.structs.replace(
        view,
        requests=1 + len(at),
        asked_at=(*view.asked_at, *(NOON + one for one in at)),
        duplicates=view.duplicates + len(at),
    )


def completed(number: int = 9, at: float = 0.0, **changes: Any) -> TransferView:
    """Return a completed try."""
    given: dict[str, Any] = {
        "phase": "completed",
        "heard": True,
        "timeouts": 0,
        "retransmits": 0,
        "sent_blocks": 83,
        "acked_blocks": 83,
        "acked_bytes": 42_012,
        "moved": NOON + at + 1,
        "ended": NOON + at + 1,
    }
    return tried(number, at, **(given | changes))


def facts_of(*tries: TransferView, now: float = 10.0, **changes: Any) -> Facts:
    """Return the facts of these tries, NOW seconds after noon."""
    given: dict[str, Any] = {
        "now": NOON + now,
        "client": CLIENT,
        "file": FILE,
        "scene": Scene(addresses=frozenset({SERVER, "127.0.0.1"}), on_link=False),
        "tries": tries,
    }
    return Facts(**(given | changes))


def icmp(code: int, sender: str, *at: float, kind: int = 3, transfer: int = 1) -> Icmp:
    """Return ICMP errors that came AT these seconds after noon."""
    times = tuple(NOON + one for one in at)
    return Icmp(kind, code, f"type {kind} code {code}", sender, transfer, times)


def neighbour(number: int = 50, at: float = 5.0, **changes: Any) -> Neighbour:
    """Return a successful transfer of another client of the network."""
    given: dict[str, Any] = {
        "number": number,
        "client": "10.0.4.22",
        "client_tid": 44_669,
        "server_tid": 40_090,
        "file": "fw.bin",
        "kind": "curl",
        "worked": True,
        "had_oack": True,
        "block_size": 512,
        "time": NOON + at,
    }
    given |= changes
    done = given["worked"]
    found = {"begun": given["time"], "is_done": done, "has_blocks": done}
    return Neighbour(**(found | given))


def refused(reason: str, at: float = 0.0, **changes: Any) -> Refused:
    """Return a request that got an ERROR, AT seconds after noon."""
    given: dict[str, Any] = {
        "time": NOON + at,
        "transfer": None,
        "client": CLIENT,
        "client_tid": 2_070,
        "server": SERVER,
        "server_tid": None,
        "file": FILE,
        "direction": "read",
        "reason": reason,
        "error_code": 1,
        "message": "file not found",
    }
    return Refused(**(given | changes))
