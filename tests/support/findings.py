"""Findings made by the real rules, for tests of the screens."""

import msgspec

from tests.support.facts import (
    CLIENT,
    CURL,
    FILE,
    FIREWALL,
    NOON,
    SERVER,
    completed,
    facts_of,
    icmp,
    neighbour,
    repeated_request,
    tried,
)
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts, Neighbour, Scene
from tftptui.findings.registry import judge, notes
from tftptui.telemetry.findings import Finding

ONE_PORT = Scene(single_port=True, addresses=frozenset({SERVER}))
HIGH = {"client_tid": 44_669, **CURL}
"""Another program of the client, on a port that is allowed."""


def draft_of(seen: Facts) -> Draft:
    """Return the rules' draft for these facts; there must be one."""
    draft = judge(seen)
    assert draft is not None
    return draft


def boot_rom(*, tries: int = 3) -> Facts:
    """Return the founding case: a boot ROM sends from 2070 on and gets no reply."""
    starts = (0.0, 2.02, 6.03, 12.02, 19.98)
    found = [tried(number, starts[number - 1]) for number in range(1, tries + 1)]
    return facts_of(*found, now=starts[tries - 1] + 1.5)


def remembered_flow(*neighbours: Neighbour, kind: str = "Intel boot ROM") -> Facts:
    """Return port 2072 without a reply before and after others around it worked."""
    before = tried(1, client_tid=2_072, kind=kind)
    after = repeated_request(tried(2, 20.0, client_tid=2_072, kind=kind), 26.0)
    high = neighbour(53, 10.0, client=CLIENT, client_tid=3_000, server_tid=40_010)
    low = neighbour(54, 15.0, client=CLIENT, client_tid=2_000, server_tid=40_012)
    around = (*neighbours, high, low)
    return facts_of(before, after, now=29.0, neighbours=around)


def blocked() -> Finding:
    """Return the founding case before anything else is known."""
    return finding(boot_rom())


def port_blocked() -> Finding:
    """Return the founding case after a transfer on a high port has worked."""
    before = boot_rom()
    after = Facts(
        now=before.now,
        client=before.client,
        file=before.file,
        scene=before.scene,
        tries=before.tries,
        neighbours=(neighbour(),),
    )
    return msgspec.structs.replace(finding(after), revises="answers-blocked")


def refused() -> Finding:
    """Return a firewall that rejects packets by ICMP."""
    one = tried(1)
    return finding(facts_of(one, now=4.0, icmp=(icmp(13, FIREWALL, 0.1, 2.1),)))


def acks_lost() -> Finding:
    """Return a client with one request, whose ACKs do not arrive."""
    return finding(facts_of(tried(1, retransmits=3, timeouts=3), now=14.0))


def no_output() -> Finding:
    """Return a block by this host's own firewall."""
    return finding(facts_of(tried(1, send_errno=1), now=1.0))


def large_lost() -> Finding:
    """Return blocks that are too large for the path."""
    one = tried(
        1,
        asked=[("blksize", "1468")],
        agreed=[("blksize", "1468")],
        block_size=1_468,
        heard=True,
        sent_blocks=1,
        timeouts=3,
        duplicates=2,
        repeated=NOON + 8.0,
    )
    return finding(facts_of(one))


def probed() -> Finding:
    """Return a size probe, which is no alarm."""
    one = tried(
        1,
        phase="probed",
        peer_error=8,
        error="the client ended it with ERROR 8: User aborted the transfer",
        ended=NOON + 0.1,
        kind="UEFI PXE (edk2)",
        asked=[("tsize", "0"), ("blksize", "1468"), ("windowsize", "4")],
    )
    return finding(facts_of(one, now=1.0))


def lossy() -> Finding:
    """Return a completed transfer with many retransmissions."""
    return finding(facts_of(completed(1, retransmits=9, lost=9)))


def withdrawn() -> Finding:
    """Return a withdrawn finding."""
    return msgspec.structs.replace(
        blocked(),
        found=NOON + 20.0,
        withdrawn="it came at the fourth try, on the client's port 2073",
    )


def finding(seen: Facts, number: int = 1) -> Finding:
    """Return the rules' finding for these facts; alarms before notes."""
    draft = judge(seen) or next(iter(notes(seen)))
    return Finding(
        number=number,
        code=draft.code,
        headline=draft.headline,
        confidence=draft.confidence,
        stands_at=draft.stands_at,
        is_alarm=draft.is_alarm,
        client=CLIENT,
        file=FILE,
        transfers=list(draft.transfers),
        since=draft.since,
        found=seen.now,
        evidence=list(draft.evidence),
        remedies=list(draft.remedies),
        helps=list(draft.helps),
        proof=draft.proof,
        broken=list(draft.kind.broken),
    )
