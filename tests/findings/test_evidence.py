"""Words of findings: counts, whose ports these are, what fits."""

from dataclasses import replace
from typing import Any

from tests.support.facts import (
    CLIENT,
    FILE,
    facts_of,
    icmp,
    neighbour,
    repeated_request,
    tried,
)
from tests.support.findings import draft_of
from tftptui.findings.evidence import asked, complaints
from tftptui.findings.facts import HostBlock


def test_errors_of_several_transfers_are_one_line() -> None:
    told = complaints(
        [icmp(1, "10.0.1.1", 1.0, 2.0, 3.0), icmp(1, "10.0.1.1", 4.0, 5.0, transfer=2)]
    )
    assert [one.text for one in told] == [
        "ICMP 'type 3 code 1' from 10.0.1.1, 5 times, in 2 transfers"
    ]
    assert told[0].transfer == 2


def test_one_block_is_one_block() -> None:
    one = tried(
        heard=True, acked_blocks=1, sent_blocks=9, timeouts=9, retransmits=9, kind=""
    )
    draft = draft_of(facts_of(one, now=40.0))
    assert draft.evidence[0].text.startswith("1 block acknowledged")


def test_a_port_of_another_client_is_said_to_be_its() -> None:
    again = repeated_request(tried(retransmits=4), 6.0)
    own = neighbour(50, client=CLIENT, client_tid=49_200)
    other = neighbour(51, client="10.0.4.22", client_tid=50_000)
    draft = draft_of(facts_of(again, now=9.0, neighbours=(own, other)))
    told = "to port 49200 and port 50000 of 10.0.4.22 arrive"
    assert told in draft.headline


def stuck(size: int) -> dict[str, Any]:
    return {
        "file": FILE,
        "agreed": [("blksize", str(size))],
        "block_size": size,
        "heard": True,
        "sent_blocks": 1,
        "timeouts": 8,
    }


def test_blocks_are_to_be_smaller_than_those_that_were_lost() -> None:
    def cure(size: int, *seen: int) -> str:
        near = [
            neighbour(50 + number, client=CLIENT, block_size=one)
            for number, one in enumerate(seen)
        ]
        one = tried(**stuck(size))
        return (
            draft_of(facts_of(one, now=40.0, neighbours=tuple(near)))
            .remedies[0]
            .command
        )

    assert cure(1_468) == "--max-blksize 1428"
    assert cure(8_192, 512) == "--max-blksize 1428"
    assert cure(1_248) == "--max-blksize 512"
    assert cure(1_468, 512, 1_248) == "--max-blksize 1248"


def test_only_a_port_that_is_the_next_each_time_is_higher_each_time() -> None:
    first, second = tried(1), tried(2, 2.0)
    assert asked(facts_of(first, second)).text.endswith("port higher each time")
    for other in (tried(2, 2.0, client_tid=3_000), repeated_request(second, 4.0)):
        assert "higher" not in asked(facts_of(first, other)).text


def test_requests_of_a_probe_come_at_once() -> None:
    told = asked(facts_of(tried(1), tried(2, 0.001), tried(3, 0.002)))
    assert "all at once" in told.text
    assert "apart" not in told.text


def test_where_this_host_s_rules_are_known_nothing_else_looks_the_same() -> None:
    seen = facts_of(tried(retransmits=3, timeouts=3), now=14.0)
    assert any("looks the same" in one.text for one in draft_of(seen).evidence)
    known = replace(seen, host_block=HostBlock("chain input"))
    assert not any("looks the same" in one.text for one in draft_of(known).evidence)
