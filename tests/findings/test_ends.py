"""When a finding is over: a success ends it only if it shows that."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.facts import (
    CLIENT,
    FILE,
    NOON,
    completed,
    facts_of,
    neighbour,
    refused,
    tried,
)
from tests.support.finding_kinds import ended, is_undecided
from tftptui.findings.facts import Facts, Neighbour, Scene
from tftptui.findings.registry import OF_SERVER, judge
from tftptui.telemetry.events import PortsInUse
from tftptui.telemetry.findings import FACT

HIGH = neighbour(50, 8.0, client=CLIENT, client_tid=60_000, file=FILE)


def blocked(*others: Neighbour, kind: str = "curl") -> Facts:
    """Return a client with its ports 2070 and 2071 dropped; others of it work."""
    tries = (
        tried(1, 0.0, client_tid=2_070, kind=kind),
        tried(2, 5.0, client_tid=2_071, kind=kind),
    )
    return facts_of(*tries, now=60.0, neighbours=others)


def later(client_tid: int, **changes: object) -> Neighbour:
    given = {"client": CLIENT, "client_tid": client_tid, "file": FILE}
    return neighbour(51, 30.0, **(given | changes))


@pytest.mark.parametrize("tid", [1_024, 2_500, 50_001])
def test_another_port_that_works_later_is_no_cure_of_the_blocked(tid: int) -> None:
    seen = blocked(HIGH, later(tid))
    draft = judge(seen)
    assert draft is not None
    assert (draft.code, draft.confidence) == ("client-port-blocked", FACT)
    assert "2070–2071" in draft.headline
    assert str(tid) in draft.headline
    assert ended(seen, draft.code) == ""


def test_a_port_of_its_own_that_works_later_is() -> None:
    seen = blocked(HIGH, later(2_071))
    assert "2071 arrive now" in ended(seen, "client-port-blocked")


@pytest.mark.parametrize("kind", ["curl", ""])
def test_the_next_port_of_a_program_that_keeps_its_own_is_none(kind: str) -> None:
    seen = blocked(HIGH, later(2_074, kind=kind), kind=kind)
    assert ended(seen, "client-port-blocked") == ""


def test_the_next_port_of_a_boot_rom_that_counts_is() -> None:
    kind = "Intel boot ROM"
    seen = blocked(HIGH, later(2_074, kind=kind), kind=kind)
    assert "2074 arrive now" in ended(seen, "client-port-blocked")


@pytest.mark.parametrize("code", ["answers-blocked", "acks-blocked", "path-cut"])
def test_what_began_before_or_is_not_done_yet_is_no_cure(code: str) -> None:
    old = later(2_500, begun=NOON + 1.0)
    running = later(2_500, is_done=False)
    assert ended(blocked(old), code) == ""
    assert ended(blocked(running), code) == ""
    assert "got the file later" in ended(blocked(later(2_500)), code)


def test_a_high_port_that_works_does_not_say_that_answers_reach_low_ones() -> None:
    assert ended(blocked(later(50_001)), "answers-blocked") == ""


def exhausted(now: float, last: float = 0.0, **changes: object) -> Facts:
    used = PortsInUse(first=42_000, last=42_001)
    given = {
        "scene": Scene(first=42_000, last=42_001),
        "refusals": (refused("ports-exhausted", ports=used),),
        "last_exhausted": NOON + last,
    }
    return facts_of(now=now, **(given | changes))


def code_of(seen: Facts) -> str:
    draft = OF_SERVER["range-exhausted"](seen)
    return draft.code if draft else ""


def test_ports_are_wanting_until_nobody_has_missed_one_for_a_while() -> None:
    ran = later(39_805, is_done=False, begun=NOON - 5.0)
    early = exhausted(10.0, neighbours=(ran,))
    assert (code_of(early), ended(early, "range-exhausted")) == (
        "range-exhausted",
        "",
    )
    other = exhausted(30.0, last=25.0)
    assert (code_of(other), ended(other, "range-exhausted")) == (
        "range-exhausted",
        "",
    )
    past = exhausted(30.0)
    assert code_of(past) == ""
    assert ended(past, "range-exhausted") == (
        "every request for 30 s has found a free port"
    )


def test_a_client_that_got_a_port_does_not_say_that_all_do() -> None:
    done = tried(1, 1.0, phase="completed", heard=True)
    seen = exhausted(5.0, tries=(done,), last=4.0)
    assert code_of(seen) == "range-exhausted"
    assert ended(seen, "range-exhausted") == ""


def test_another_range_ends_that_ports_are_wanting_at_once() -> None:
    seen = exhausted(5.0, scene=Scene(first=42_000, last=42_099))
    assert code_of(seen) == ""
    assert ended(seen, "range-exhausted") == "the range is 42000–42099 now"


def test_a_larger_block_size_that_was_only_agreed_on_is_no_cure() -> None:
    large = tried(1, block_size=1_428, heard=True, sent_blocks=1, timeouts=8)
    agreed = later(49_200, block_size=1_468, is_done=False, has_blocks=False)
    arrived = later(49_200, block_size=1_468, is_done=False, has_blocks=True)
    assert ended(facts_of(large, neighbours=(agreed,)), "path-mtu") == ""
    cured = ended(facts_of(large, neighbours=(arrived,)), "path-mtu")
    assert cured == "blocks of 1468 bytes arrive now"


@pytest.mark.parametrize(
    ("code", "acked", "is_open"),
    [("path-mtu", 0, True), ("path-mtu", 1, False), ("path-cut", 0, False)],
)
def test_a_new_try_that_has_not_come_as_far_says_nothing_yet(
    code: str, acked: int, *, is_open: bool
) -> None:
    new = tried(2, heard=True, timeouts=0, phase="sending", acked_blocks=acked)
    assert is_undecided(facts_of(tried(1), new), code) is is_open


def test_a_file_that_somebody_put_there_did_not_come_by_trying() -> None:
    missed = refused("not-found", client_tid=50_001)
    seen = facts_of(completed(2, 5.0, client_tid=50_002), refusals=(missed,))
    assert ended(seen, "file-missing") == (
        "the file exists now; received on the client's port 50002"
    )
    other = completed(2, 5.0, client_tid=50_002, served="lpxelinux.0")
    assert ended(facts_of(other, refusals=(missed,)), "file-missing") == (
        "lpxelinux.0 is served for it now; received on the client's port 50002"
    )


@pytest.mark.parametrize(
    ("tid", "told"),
    [(2_071, "received at the second try, on"), (50_002, "received on the client's")],
)
def test_only_one_program_tries_twice(tid: int, told: str) -> None:
    seen = facts_of(tried(1, client_tid=2_070), completed(2, 5.0, client_tid=tid))
    assert ended(seen, "answers-blocked").startswith(told)


def stopped(**changes: Any) -> Facts:
    """Return a program that got 40 blocks until 4 s after noon, and no more."""
    given: dict[str, Any] = {
        "phase": "stalled",
        "sent_blocks": 41,
        "ended": None,
        "acked_blocks": 40,
        "moved": NOON + 4.0,
        "timeouts": 9,
        "retransmits": 9,
        "client_tid": 46_834,
        "kind": "curl",
    }
    return facts_of(completed(1, **(given | changes)), now=20.0)


NEXT = neighbour(52, 6.0, client=CLIENT, client_tid=58_065, file=FILE)


def gone(one: Neighbour, **changes: Any) -> str:
    """Return why a silent program is not gone, because of another's success."""
    seen = stopped(**changes)
    draft = judge(seen)
    assert draft is not None
    assert draft.code in ("client-gone", "client-aborted")
    return ended(replace(seen, neighbours=(one,)), draft.code)


def test_another_program_of_the_host_does_not_bring_back_one_that_fell_silent() -> None:
    assert gone(replace(NEXT, begun=NOON + 2.0)) == ""
    assert gone(NEXT) == ""  # the silent one is still waited for
    abandoned: dict[str, Any] = {"phase": "abandoned", "ended": NOON + 15}
    assert gone(replace(NEXT, kind="atftp"), **abandoned) == ""


def test_who_began_anew_and_got_it_does() -> None:
    next_port = replace(NEXT, client_tid=46_835)
    told = "the client got the file later, on its port 46835"
    assert gone(next_port) == told
    assert gone(replace(next_port, begun=NOON + 2.0)) == ""
    assert gone(NEXT, phase="abandoned", ended=NOON + 15).endswith("58065")
    assert gone(replace(NEXT, kind="U-Boot"), kind="U-Boot").endswith("58065")
