"""The founding case as an engine would report it: a boot ROM behind a firewall."""

from typing import Any

import msgspec

from tests.support.finding_kinds import KINDS
from tests.support.pictures import NOW, frame, view
from tftptui.engine.messages import Finding, Frame, TransferView
from tftptui.telemetry.findings import FACT, LIKELY, Evidence, Help, Remedy

ROM = {
    "client": "10.0.4.37",
    "file": "pxelinux.0",
    "kind": "Intel boot ROM",
    "kind_sure": 0.9,
    "total_size": 42_012,
    "acked_bytes": 0,
    "acked_blocks": 0,
    "asked": [("tsize", "0")],
    "agreed": [("tsize", "42012")],
}

SEEN = [
    Evidence(
        text="3 requests for the same file, 2.0 s and 4.0 s apart, client port "
        "+1 each time",
        transfer=4,
        time=NOW - 3,
    ),
    Evidence(
        text="7 answers from 40007, 40012, 40017: none acknowledged, no ICMP, "
        "sent without local error",
        transfer=4,
    ),
    Evidence(
        text="10.0.4.22 (same /24) got fw-2.1.bin on port 40921",
        transfer=1,
    ),
]
REMEDIES = [
    Remedy(
        text="Have UDP from this server's ports to the client's ports "
        "1024–65535 allowed; the client chooses its port, we can't."
    ),
    Remedy(
        platform="nftables",
        text="in the forward chain:",
        command="ip saddr 10.0.1.5 ip daddr 10.0.4.0/24 udp sport 40000-40099 "
        "udp dport 1024-65535 accept",
    ),
    Remedy(
        platform="Cisco ASA",
        text="on the server's side:",
        command="access-list IN extended permit udp host 10.0.1.5 range 40000 "
        "40099 10.0.4.0 255.255.255.0 gt 1023",
    ),
]
HELPS = [
    Help(
        knob="port-range",
        verdict="no",
        why="the block is on the client's port, which the client chose",
    ),
    Help(
        knob="single-port",
        verdict="unknown",
        why="yes if that firewall keeps state, no if it is a plain ACL",
    ),
    Help(
        knob="block-size",
        verdict="no",
        why="not even the first small answer arrives",
    ),
    Help(
        knob="helper",
        verdict="yes",
        why="it lets the answer to each request pass",
    ),
]


def tries() -> list[TransferView]:
    """Return three tries of the boot ROM, on three ports, and a working client."""
    began = (NOW - 9, NOW - 7, NOW - 3)
    told: list[TransferView] = []
    for place, start in enumerate(began):
        given: dict[str, Any] = {
            **ROM,
            "client_tid": 2070 + place,
            "server_tid": 40_007 + 5 * place,
            "started": start,
            "moved": start,
            "retransmits": 2,
            "timeouts": 2,
        }
        if place == 2:
            given["story"] = (
                "asked 3 times, from ports 2070, 2071, 2072: a boot ROM that takes a "
                "new port at each try"
            )
        told.append(view(2 + place, "stalled", **given))
    works = view(1, "completed", client="10.0.4.22", client_tid=40_921, kind="curl")
    return [works, *told]


def finding(**changes: Any) -> Finding:
    """Return the finding about them."""
    given: dict[str, Any] = {
        "number": 1,
        "code": "client-port-blocked",
        "headline": "Packets from this server to UDP ports 2070–2072 of 10.0.4.37 are "
        "dropped on the way",
        "confidence": FACT,
        "stands_at": "between",
        "client": "10.0.4.37",
        "file": "pxelinux.0",
        "transfers": [2, 3, 4],
        "since": NOW - 9,
        "found": NOW - 2,
        "evidence": SEEN,
        "remedies": REMEDIES,
        "helps": HELPS,
        "proof": "curl -m 20 --local-port 2072 tftp://10.0.1.5/pxelinux.0 -o /dev/null",
    }
    told = given | changes
    return Finding(**({"broken": list(KINDS[told["code"]].broken)} | told))


def founding_case(**changes: Any) -> list[Frame]:
    """Return the frames: first likely, then certain."""
    likely = finding(
        code="answers-blocked", confidence=LIKELY, found=NOW - 6, transfers=[2, 3]
    )
    sure = msgspec.structs.replace(finding(**changes), revises="answers-blocked")
    return [
        frame(*tries(), time=NOW - 1, findings=[likely]),
        Frame(time=NOW, findings=[sure]),
    ]
