"""Summaries of tries for one file."""

from typing import Any

import pytest

from tests.support.facts import (
    CURL,
    completed,
    facts_of,
    refused,
    repeated_request,
    tried,
)
from tests.support.findings import boot_rom
from tftptui.findings.facts import Facts
from tftptui.findings.summary import summary_of


def test_one_plain_try_has_no_story() -> None:
    assert summary_of(facts_of(tried())) == ""
    assert summary_of(facts_of()) == ""


def test_a_boot_rom_takes_a_new_port_at_each_try() -> None:
    assert summary_of(boot_rom()) == (
        "requested 3 times, from ports 2070–2072, each +1: a new port for each try; "
        "none of our 9 replies was acknowledged."
    )


def test_a_client_that_keeps_its_port_shows_its_rhythm() -> None:
    one = repeated_request(tried(client_tid=44_669, **CURL), 7.0, 14.0)
    assert summary_of(facts_of(one, now=15.0)) == (
        "requested 3 times, from port 44669, 7.0 s and 7.0 s apart; "
        "none of our 3 replies was acknowledged."
    )


def test_requests_a_moment_apart_are_told_in_milliseconds() -> None:
    one = repeated_request(tried(client_tid=44_669, **CURL), 0.004, 0.0043)
    assert summary_of(facts_of(one, now=15.0)).startswith(
        "requested 3 times, from port 44669, 4 ms and under 1 ms apart; "
    )


def test_silence_of_a_moment_means_nothing() -> None:
    one = repeated_request(tried(retransmits=0), 0.25)
    assert "acknowledged" not in summary_of(facts_of(one, now=0.5))


def test_it_came_at_last() -> None:
    story = summary_of(facts_of(tried(1), completed(2, 2.0)))
    assert story.endswith("received at the second try.")


def probe_and_file() -> Facts:
    edk2: dict[str, Any] = {"kind": "UEFI PXE (edk2)", "kind_sure": 0.95}
    size = tried(1, phase="probed", peer_error=8, client_tid=1_548, **edk2)
    return facts_of(
        size, completed(2, 0.1, client_tid=1_549, asked=[("blksize", "1468")], **edk2)
    )


def test_asking_for_the_size_first_is_told_as_such() -> None:
    assert summary_of(probe_and_file()) == (
        "requested the size from port 1548, then the file from port 1549; "
        "received at the second try."
    )


@pytest.mark.parametrize("now", [0.0, 1.0, 100.0])
def test_stories_end_with_a_full_stop(now: float) -> None:
    assert summary_of(facts_of(tried(1), tried(2, 2.0), now=now)).endswith(".")


def test_ports_of_a_program_that_keeps_its_own_may_be_of_several() -> None:
    two = tried(1, client_tid=2_072, **CURL), tried(2, 2.0, client_tid=2_073, **CURL)
    assert "the program was run again, or several programs" in summary_of(
        facts_of(*two)
    )


def test_what_other_programs_of_the_host_were_refused_is_not_told_as_its_own() -> None:
    runs = tried(1, client_tid=39_805, heard=True)
    later = [refused("ports-exhausted", at, client_tid=50_001) for at in (2.0, 3.0)]
    assert summary_of(facts_of(runs, refusals=tuple(later))) == (
        "2 other requests from this host, from port 50001, refused."
    )
    done = completed(1, client_tid=39_805)
    assert summary_of(facts_of(done, refusals=tuple(later))).endswith(
        "refused; received at the first try."
    )
    before = refused("ports-exhausted", -1.0, client_tid=39_804)
    assert summary_of(facts_of(runs, refusals=(before,))).startswith("refused once")


def test_two_programs_that_both_got_it_did_not_try_twice() -> None:
    both = (
        completed(1, client_tid=46_834, **CURL),
        completed(2, 0.1, client_tid=58_065, **CURL),
    )
    assert summary_of(facts_of(*both)) == (
        "2 requests, from ports 46834 and 58065: the program was run again, or "
        "several programs; received each time."
    )


def test_the_one_of_two_that_got_it_is_named_by_its_port() -> None:
    two = (
        tried(1, client_tid=46_834, **CURL),
        completed(2, 0.1, client_tid=58_065, **CURL),
    )
    assert summary_of(facts_of(*two)).endswith("received on port 58065.")


def test_requests_of_others_that_were_refused_are_all_counted() -> None:
    runs = tried(1, client_tid=39_805, heard=True)
    seen = facts_of(
        runs,
        refusals=(refused("ports-exhausted", 2.0, client_tid=50_001),),
        refusals_in_all=200,
        ports_in_all=200,
    )
    assert summary_of(seen) == (
        "200 other requests from this host, from 200 ports, refused."
    )
