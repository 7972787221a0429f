"""Silence: a client that retries got no reply; a silent one got it. Never a fact."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.facts import (
    CLIENT,
    FILE,
    NOON,
    SERVER,
    facts_of,
    icmp,
    neighbour,
    repeated_request,
    tried,
)
from tests.support.finding_kinds import ended
from tests.support.findings import HIGH, ONE_PORT, boot_rom, draft_of, remembered_flow
from tftptui.findings.facts import Facts, HostBlock, Scene
from tftptui.findings.host.requests_not_arriving import requests_stopped
from tftptui.findings.registry import judge
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE, labelled


def with_neighbours(*neighbours: Any, **changes: Any) -> Facts:
    tries = boot_rom().tries
    return facts_of(*tries, now=7.5, neighbours=neighbours, **changes)


def test_a_boot_rom_that_asks_again_gets_no_answer() -> None:
    draft = draft_of(boot_rom())
    assert (draft.code, draft.confidence, draft.stands_at) == (
        "answers-blocked",
        LIKELY,
        "between",
    )
    assert draft.headline == (
        "Packets from this server to UDP ports 2070–2072 of 10.0.4.37 are dropped on "
        "the path."
    )


@pytest.mark.parametrize(
    ("resent", "now", "is_reported"),
    [
        (3, 4.5, True),  # four replies
        (2, 4.5, False),  # three are lost by chance in one transfer of 30,000
        (2, 6.5, True),  # unless each had its time
        (2, 6.2, False),
        (1, 30.0, False),
    ],
)
def test_answers_may_be_lost_by_chance(
    resent: int, now: float, *, is_reported: bool
) -> None:
    one = repeated_request(tried(retransmits=resent), 4.0, 5.4)
    assert (judge(facts_of(one, now=now)) is not None) is is_reported


def test_it_is_told_after_the_second_request() -> None:
    assert draft_of(boot_rom(tries=2)).code == "answers-blocked"


def test_a_program_may_have_a_firewall_of_its_own() -> None:
    draft = draft_of(facts_of(repeated_request(tried(**HIGH), 7.0)))
    assert draft.stands_at == "between-or-client"
    assert "client's own firewall" in draft.headline


@pytest.mark.parametrize(
    ("others", "verdict"),
    [
        ((), "unknown"),
        ((neighbour(client_tid=1_500, server_tid=40_090),), "unknown"),
        ((neighbour(client_tid=1_500, server_tid=40_010),), "no"),
    ],
)
def test_another_range_may_help_until_ports_amid_those_in_vain_were_seen_to_work(
    others: tuple[Any, ...], verdict: str
) -> None:
    draft = draft_of(with_neighbours(*others))
    assert draft.code == "answers-blocked"
    assert {one.knob: one.verdict for one in draft.helps}["port-range"] == verdict


def test_the_range_that_remedies_are_for_is_told() -> None:
    assert draft_of(boot_rom()).ports == "40000-40099"
    assert draft_of(facts_of(*boot_rom().tries, now=7.5, scene=ONE_PORT)).ports == ""


def test_what_would_not_help_is_said() -> None:
    verdicts = {one.knob: one.verdict for one in draft_of(boot_rom()).helps}
    assert verdicts == {
        "port-range": "unknown",
        "single-port": "unknown",
        "block-size": "no",
        "timeout": "no",
        "helper": "yes",
        "client-port": "unknown",
    }


def test_on_a_slow_way_a_client_asks_several_times_in_a_moment() -> None:
    hasty = repeated_request(tried(retransmits=0), 0.25, 0.75, 1.75)
    assert judge(facts_of(hasty, now=2.5)) is None


def test_another_program_s_first_request_is_not_yet_in_vain() -> None:
    """As where a user starts curl again after its first try had only lost its ACKs."""
    first = tried(1, client_tid=45_000, kind="curl", retransmits=3, timeouts=3)
    second = tried(2, 12.0, client_tid=52_000, kind="curl", retransmits=0, timeouts=0)
    draft = judge(facts_of(first, second, now=12.1))
    assert draft is None or draft.code != "answers-blocked"
    assert draft_of(facts_of(first, second, now=13.5)).code == "answers-blocked"


def test_a_request_that_the_path_doubled_is_not_asked_again() -> None:
    assert judge(facts_of(tried(twins=1, duplicates=1), now=5.0)) is None


def test_another_request_is_the_next_stage_and_no_retry() -> None:
    probe = tried(1, retransmits=0)
    file = tried(2, 2.0, asked=[("blksize", "1456")], retransmits=0)
    assert judge(facts_of(probe, file, now=2.5)) is None


def test_the_last_resort_with_other_options_is_still_in_vain() -> None:
    tries = (tried(1), tried(2, 2.0), tried(3, 6.0, asked=[("blksize", "1456")]))
    assert draft_of(facts_of(*tries, now=8.0)).code == "answers-blocked"


def test_a_high_port_that_works_makes_it_the_low_port() -> None:
    draft = draft_of(with_neighbours(neighbour()))
    assert (draft.code, draft.confidence) == ("client-port-blocked", FACT)
    assert "44669" in draft.headline
    assert "10.0.4.22" in draft.evidence[2].text


def test_a_higher_port_of_the_same_kind_may_be_chance() -> None:
    draft = draft_of(with_neighbours(neighbour(client_tid=9_000)))
    assert draft.code == "answers-blocked"


def test_a_lower_port_that_works_speaks_against_it() -> None:
    seen = with_neighbours(neighbour(), neighbour(51, client_tid=1_500))
    assert draft_of(seen).code == "answers-blocked"


def test_a_failure_on_a_high_port_is_no_proof() -> None:
    seen = with_neighbours(neighbour(worked=False, client_tid=50_000))
    assert draft_of(seen).code == "answers-blocked"


def test_the_same_machine_on_a_high_port_is_the_founding_case() -> None:
    seen = with_neighbours(neighbour(client=CLIENT, at=9.0))
    draft = draft_of(seen)
    assert (draft.code, draft.confidence) == ("client-port-blocked", FACT)
    assert draft.stands_at == "between"
    assert ended(seen, draft.code) == ""


def test_a_port_that_fails_again_while_those_around_it_work_is_remembered() -> None:
    draft = draft_of(remembered_flow())
    assert (draft.code, draft.confidence) == ("stale-conntrack", LIKELY)
    assert "conntrack -D" in draft.remedies[0].command


def test_a_port_that_worked_before_is_not_held_against_itself() -> None:
    again = repeated_request(tried(client_tid=2_072), 6.0)
    worked = neighbour(client=CLIENT, client_tid=2_072, at=5.0)
    draft = draft_of(facts_of(again, now=9.0, neighbours=(worked,)))
    assert draft.code == "answers-blocked"


def test_a_later_success_on_another_port_only_ends_it() -> None:
    worked = neighbour(client=CLIENT, client_tid=3_000, at=9.0, file="pxelinux.0")
    seen = facts_of(repeated_request(tried(), 6.0), now=9.5, neighbours=(worked,))
    assert ended(seen, draft_of(seen).code) == (
        "the client got the file later, on its port 3000"
    )


def test_who_works_without_options_does_not_understand_them() -> None:
    plain = neighbour(client=CLIENT, client_tid=45_000, had_oack=False)
    seen = facts_of(repeated_request(tried(**HIGH), 7.0), neighbours=(plain,))
    draft = draft_of(seen)
    assert (draft.code, draft.confidence) == ("options-not-understood", POSSIBLE)
    assert "a rule for the client's port 44669" in draft.evidence[-1].text
    assert "--refuse tsize@curl" in draft.remedies[0].command


def test_options_are_most_likely_where_no_port_explains_it() -> None:
    changes: dict[str, Any] = {"client": CLIENT, "had_oack": False}
    plain = [
        neighbour(50 + n, 5.0 + n, client_tid=44_669, server_tid=tid, **changes)
        for n, tid in enumerate((40_001, 40_099))
    ]
    seen = facts_of(repeated_request(tried(**HIGH), 7.0), neighbours=tuple(plain))
    draft = draft_of(seen)
    assert (draft.code, draft.confidence) == ("options-not-understood", LIKELY)


def test_another_program_without_options_says_nothing_of_them() -> None:
    plain = neighbour(client=CLIENT, client_tid=45_000, had_oack=False, kind="atftp")
    seen = facts_of(repeated_request(tried(**HIGH), 7.0), neighbours=(plain,))
    assert draft_of(seen).code != "options-not-understood"


def two_ranges() -> tuple[Any, ...]:
    worked = [
        neighbour(50 + n, client_tid=1_500, server_tid=45_000 + n) for n in range(1, 13)
    ]
    failed = [
        neighbour(
            60 + n,
            at=3.0 + 3 * n,
            client_tid=1_500,
            server_tid=40_050 + n,
            worked=False,
        )
        for n in (1, 2)
    ]
    return (*worked, *failed)


def test_ports_of_ours_that_work_and_others_that_do_not() -> None:
    draft = draft_of(with_neighbours(*two_ranges()))
    assert (draft.code, draft.confidence) == ("range-mismatch", LIKELY)
    assert {one.knob: one.verdict for one in draft.helps}["port-range"] == "yes"


def test_two_ports_that_work_may_be_chance() -> None:
    assert draft_of(with_neighbours(*two_ranges()[10:])).code == "answers-blocked"


def test_ports_that_failed_only_since_the_way_was_cut() -> None:
    *worked, first, second = two_ranges()
    earlier = [replace(one, time=NOON - 9.0) for one in worked]
    seen = with_neighbours(*earlier, first, second)
    assert draft_of(seen).code != "range-mismatch"


def test_other_clients_ports_do_not_tell_of_ours() -> None:
    *worked, first, second = two_ranges()
    others = [replace(one, client="10.0.4.99") for one in worked]
    seen = with_neighbours(*others, first, second)
    assert draft_of(seen).code != "range-mismatch"


def test_a_private_server_asked_from_outside_is_translated() -> None:
    one = repeated_request(tried(client="8.8.8.8"), 2.0)
    draft = draft_of(facts_of(one, client="8.8.8.8"))
    assert (draft.code, draft.confidence) == ("nat-without-helper", LIKELY)


def test_in_single_port_mode_no_translation_is_missing() -> None:
    one = repeated_request(tried(client="8.8.8.8"), 2.0)
    draft = draft_of(facts_of(one, client="8.8.8.8", scene=ONE_PORT))
    assert draft.code == "answers-blocked"
    verdicts = {one.knob: one.verdict for one in draft.helps}
    assert (verdicts["single-port"], verdicts["port-range"]) == ("no", "no")


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [("Intel boot ROM", 8.7), ("BusyBox", 8.7), ("curl", 16.0), ("", 16.0)],
)
def test_who_is_quiet_has_our_answer(kind: str, seconds: float) -> None:
    one = tried(retransmits=3, kind=kind)
    draft = draft_of(facts_of(one, now=seconds))
    assert (draft.code, draft.confidence) == ("acks-blocked", LIKELY)
    before = judge(facts_of(one, now=seconds - 0.5))
    assert before is None or before.confidence == POSSIBLE


@pytest.mark.parametrize("kind", ["Intel boot ROM", "BusyBox", "curl", "", "atftp"])
def test_it_is_told_as_possible_within_ten_seconds(kind: str) -> None:
    one = tried(retransmits=1, timeouts=1, kind=kind)
    assert judge(facts_of(one, now=8.0)) is None  # suspended for 8 s, as by ctrl-z
    draft = draft_of(facts_of(one, now=9.0))
    assert (draft.code, draft.confidence) == ("acks-blocked", POSSIBLE)


def test_who_has_closed_its_port_was_not_waiting() -> None:
    """Like a client that sent requests from two ports, and continued one of them."""
    left = icmp(3, CLIENT, 2.1)
    draft = draft_of(facts_of(tried(retransmits=3), now=20.0, icmp=(left,)))
    assert (draft.code, draft.is_alarm) == ("client-port-closed", False)
    assert draft.confidence == POSSIBLE  # as long as we still wait for it


def test_who_goes_on_with_an_earlier_request_leaves_the_later_one() -> None:
    """Like a boot ROM that is slow to fetch, with requests from two ports."""
    one = tried(retransmits=3, kind="Intel boot ROM")
    assert judge(facts_of(one, now=12.0, is_left=True)) is None


def test_who_waited_before_it_closed_its_port_has_got_our_answer() -> None:
    """Like BusyBox: it repeats undelivered ACKs for 13 s, and quits."""
    one = tried(retransmits=3, kind="BusyBox", phase="abandoned", ended=NOON + 14)
    draft = draft_of(facts_of(one, now=15.0, icmp=(icmp(3, CLIENT, 14.0),)))
    assert draft.code == "acks-blocked"
    assert LIKELY < draft.confidence < FACT  # it was not switched off meanwhile


OURS = HostBlock(by="the policy of chain inet filter input")
OLD = replace(OURS, age=1_300.0, is_fresh=False)


def test_rules_of_this_host_that_stop_acks_make_it_a_fact() -> None:
    draft = draft_of(facts_of(tried(retransmits=3), now=20.0, host_block=OURS))
    assert (draft.code, draft.confidence, draft.stands_at) == (
        "acks-blocked",
        FACT,
        "server",
    )


def test_rules_that_were_read_long_ago_say_so() -> None:
    draft = draft_of(facts_of(tried(retransmits=3), now=20.0, host_block=OLD))
    assert draft.confidence == LIKELY
    assert "as of 22 minutes ago" in draft.evidence[0].text


def test_rules_that_were_read_long_ago_stop_requests_most_likely() -> None:
    fresh, old = (requests_stopped(one, SERVER, Scene(), NOON) for one in (OURS, OLD))
    assert labelled(fresh.headline, fresh.confidence) == fresh.headline
    assert labelled(old.headline, old.confidence).startswith("Likely: This host's own")


@pytest.mark.parametrize(("tid", "is_over"), [(2_072, True), (2_073, True), (9, False)])
def test_who_gets_it_without_options_does_not_understand_our_answer(
    tid: int, *, is_over: bool
) -> None:
    plain = neighbour(
        client=CLIENT, client_tid=tid, file=FILE, had_oack=False, time=NOON + 20
    )
    seen = with_neighbours(plain)
    assert ("understand our" in ended(seen, "answers-blocked")) is is_over


def test_three_ports_in_vain_are_no_flows_that_somebody_remembers() -> None:
    # A rule for either end's port is equally likely.
    tries = [
        repeated_request(tried(number, client_tid=tid, kind=""), 2.0, 4.0)
        for number, tid in enumerate((33_000, 33_001, 33_002), 1)
    ]
    high = neighbour(client=CLIENT, client_tid=49_200, at=3.0)
    draft = draft_of(facts_of(*tries, now=7.5, neighbours=(high,)))
    assert draft.code == "answers-blocked"
    assert "a rule for the client's ports 33000–33002" in draft.evidence[-1].text
    draft = draft_of(facts_of(tries[0], now=7.5, neighbours=(high,)))
    assert draft.code == "answers-blocked"
    assert draft.evidence[-1].text == (
        "possible causes: a rule for the client's port 33000, a rule for the server's "
        "port 40007, or an old connection tracking entry for the client's port 33000; "
        "press o to test them from here, or run the test on the client's side"
    )


def test_too_few_answers_are_no_silence() -> None:
    assert judge(facts_of(tried(retransmits=0), now=20.0)) is None


def test_of_an_upload_the_blocks_do_not_arrive() -> None:
    one = tried(retransmits=3, direction="write")
    assert "but its blocks to UDP" in draft_of(facts_of(one, now=20.0)).headline


def test_in_single_port_mode_a_quiet_client_is_gone() -> None:
    draft = draft_of(facts_of(tried(retransmits=3), now=20.0, scene=ONE_PORT))
    assert (draft.code, draft.confidence) == ("client-gone", POSSIBLE)


@pytest.mark.parametrize("changes", [{"heard": True}, {"peer_error": 8}])
def test_who_has_answered_is_not_silent(changes: dict[str, Any]) -> None:
    one = repeated_request(tried(phase="negotiating", timeouts=0, **changes), 5.0)
    draft = judge(facts_of(one, now=7.0))
    assert draft is None or draft.code not in ("answers-blocked", "acks-blocked")


def test_silence_alone_is_never_a_fact() -> None:
    for tries in range(1, 6):
        draft = judge(boot_rom(tries=tries))
        assert draft is None or draft.confidence < FACT


def test_the_proof_names_address_port_and_file() -> None:
    assert draft_of(boot_rom()).proof == (
        "curl -m 20 --local-port 2070 tftp://10.0.1.5/pxelinux.0 -o /dev/null; "
        "curl -m 20 --local-port 49200 tftp://10.0.1.5/pxelinux.0 -o /dev/null"
    )


def test_a_strange_name_is_safe_in_a_shell() -> None:
    one = repeated_request(tried(file="a b;$(x)'"), 2.0)
    proof = draft_of(facts_of(one, file="a b;$(x)'")).proof
    assert "tftp://10.0.1.5/a%20b%3B%24%28x%29%27 " in proof


def test_it_begins_with_the_first_try() -> None:
    assert draft_of(boot_rom()).since == NOON
