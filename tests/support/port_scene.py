"""The founding case on the Ports pane: only a boot ROM's ports are blocked."""

import msgspec

from tests.support.pictures import NOW, frame, ports, view
from tftptui.engine.messages import (
    FOREIGN,
    QUARANTINED,
    USED,
    Finding,
    Frame,
    HostPorts,
    PortMap,
    Refusal,
)
from tftptui.telemetry.findings import LIKELY, Help

HOST = HostPorts(
    own_first=32_768,
    own_last=60_999,
    held={53: "dnsmasq (pid 812)", 40_070: "dnsmasq (pid 812)", 40_071: ""},
)
ROM, NEIGHBOUR = "10.0.4.37", "10.0.4.22"

NO_CURE = Finding(
    number=1,
    code="client-port-blocked",
    broken=["answer"],
    headline="answers to ports 2070–2072 of 10.0.4.37 are dropped on the way",
    confidence=LIKELY,
    stands_at="between",
    client=ROM,
    file="pxelinux.0",
    transfers=[1, 2, 3],
    since=NOW - 9,
    found=NOW - 2,
    helps=[
        Help(knob="port-range", verdict="no", why="the block is on the client's port"),
        Help(knob="single-port", verdict="unknown", why="if that firewall keeps state"),
    ],
)


def founding_ports() -> PortMap:
    given = bytearray(100)
    for place in (7, 11, 18):
        given[place] = USED
    for place in (8, 44, 90):
        given[place] = QUARANTINED
    for place in (70, 71):
        given[place] = FOREIGN
    resting = {40_008: NOW + 9.5, 40_044: NOW + 5, 40_090: NOW + 1}
    return msgspec.structs.replace(ports(), states=bytes(given), resting=resting)


def blocked_client() -> Frame:
    rom = [
        view(
            number,
            "stalled",
            client=ROM,
            client_tid=2_069 + number,
            server_tid=tid,
            started=NOW - 9 + number,
            acked_blocks=0,
            acked_bytes=0,
        )
        for number, tid in ((1, 40_007), (2, 40_011), (3, 40_018))
    ]
    fine = [
        view(4, "completed", client=NEIGHBOUR, client_tid=44_669, server_tid=40_090),
        view(5, "completed", client="10.0.4.21", client_tid=51_422, server_tid=40_044),
        view(6, "completed", client="10.0.4.40", client_tid=1_200, server_tid=40_001),
        view(7, "failed", client="10.0.4.41", client_tid=1_201, server_tid=40_008),
    ]
    refusal = Refusal(
        time=NOW - 40,
        client="10.0.4.9",
        client_tid=25_300,
        file="/grub.cfg",
        reason="not-found",
        message="file not found",
    )
    return frame(
        *rom,
        *fine,
        ports=founding_ports(),
        host_ports=HOST,
        findings=[NO_CURE],
        refusals=[refusal],
    )


def exhausted_case() -> Frame:
    """Return a small range with all ports in use, and clients that get none."""
    taken = bytes([USED] * 10)
    views = [
        view(number, client=f"10.0.4.{number}", server_tid=40_000 + number)
        for number in range(7)
    ]
    refusals = [
        Refusal(
            time=NOW - number,
            client=f"10.0.5.{number % 2}",
            client_tid=2_070 + number,
            file="pxelinux.0",
            reason="ports-exhausted",
            message="server has no free port in 40000-40009",
        )
        for number in range(3)
    ]
    small = msgspec.structs.replace(ports(40_000, 40_009), states=taken)
    return frame(*views, ports=small, host_ports=HOST, refusals=refusals)
