"""ICMP errors of a known host: a fact, but never a single message."""

from dataclasses import replace

import pytest

from tests.support.facts import (
    CLIENT,
    CURL,
    FIREWALL,
    NOON,
    SERVER,
    facts_of,
    icmp,
    repeated_request,
    tried,
)
from tests.support.findings import ONE_PORT
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts, Scene
from tftptui.findings.registry import judge
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE
from tftptui.telemetry.views import HostNetwork

V6_CLIENT, V6_FIREWALL = "2001:db8:4::37", "2001:db8:1::1"


def found(seen: Facts) -> Draft:
    draft = judge(seen)
    assert draft is not None
    return draft


@pytest.mark.parametrize("code", [2, 3, 9, 10, 13])
def test_a_firewall_that_refuses_is_named(code: int) -> None:
    draft = found(facts_of(tried(), now=3.0, icmp=(icmp(code, FIREWALL, 0.1, 2.1),)))
    assert (draft.code, draft.confidence, draft.stands_at) == (
        "answers-refused",
        FACT,
        "between",
    )
    assert FIREWALL in draft.headline


@pytest.mark.parametrize("code", [1, 5, 6])
def test_a_firewall_is_named_over_ipv6_too(code: int) -> None:
    one = tried(client=V6_CLIENT)
    seen = icmp(code, V6_FIREWALL, 0.1, 2.1, kind=1)
    draft = found(facts_of(one, now=3.0, client=V6_CLIENT, icmp=(seen,)))
    assert draft.code == "answers-refused"


def test_one_message_may_be_forged() -> None:
    assert judge(facts_of(tried(), now=3.0, icmp=(icmp(13, FIREWALL, 0.1),))) is None


def test_one_message_and_a_client_that_asks_again_are_believed() -> None:
    one = repeated_request(tried(), 2.0)
    assert (
        found(facts_of(one, icmp=(icmp(13, FIREWALL, 0.1),))).code == "answers-refused"
    )


def test_messages_from_before_the_last_progress_are_over() -> None:
    one = tried(heard=True, acked_blocks=5, moved=NOON + 8, timeouts=1, phase="sending")
    assert judge(facts_of(one, icmp=(icmp(13, FIREWALL, 0.1, 2.1),))) is None


def test_messages_after_progress_count() -> None:
    one = tried(heard=True, acked_blocks=5, moved=NOON + 1)
    assert found(facts_of(one, icmp=(icmp(13, FIREWALL, 2.0, 4.0),))).code == (
        "answers-refused"
    )


def test_the_clients_own_firewall_says_prohibited() -> None:
    draft = found(facts_of(tried(), now=3.0, icmp=(icmp(13, CLIENT, 0.1, 2.1),)))
    assert (draft.code, draft.confidence, draft.stands_at) == (
        "client-firewall-refuses",
        FACT,
        "client",
    )


def insisting(**changes: object) -> Facts:
    """Return a client that keeps retrying, each time reported closed by itself."""
    one = repeated_request(tried(**{**CURL, **changes}), 5.0)
    return facts_of(one, now=6.0, icmp=(icmp(3, CLIENT, 0.01, 5.01),))


def test_closed_at_each_request_is_most_likely_the_clients_firewall() -> None:
    draft = found(insisting())
    assert (draft.code, draft.confidence) == ("client-firewall-refuses", LIKELY)
    assert "a NAT in front of it, or a second machine" in draft.headline


def test_firmware_has_no_firewall_so_it_is_a_translation() -> None:
    draft = found(insisting(kind="Intel boot ROM"))
    assert (draft.code, draft.confidence) == ("nat-without-helper", LIKELY)
    assert [one.knob for one in draft.helps if one.verdict == "yes"] == [
        "single-port",
        "helper",
    ]


def test_ports_that_were_left_are_closed_late_and_mean_nothing() -> None:
    tries = (tried(1), tried(2, 2.0))
    late = (icmp(3, CLIENT, 1.9), icmp(3, CLIENT, 9.0, transfer=2))
    assert found(facts_of(*tries, icmp=late)).code == "answers-blocked"


def test_a_program_that_is_gone_is_no_alarm() -> None:
    one = tried(phase="abandoned", ended=NOON + 2.1)
    draft = found(facts_of(one, now=3.0, icmp=(icmp(3, CLIENT, 0.1, 2.1),)))
    assert (draft.code, draft.is_alarm, draft.stands_at) == (
        "client-port-closed",
        False,
        "nobody",
    )


def test_a_program_that_takes_an_answer_and_goes_most_likely_meets_no_block() -> None:
    one = tried(phase="abandoned", retransmits=2)
    headline = found(facts_of(one, now=3.0, icmp=(icmp(3, CLIENT, 1.1, 2.1),))).headline
    assert headline == (
        "The program on 10.0.4.37 requested pxelinux.0 and quit: its UDP port 2070 "
        "is closed. Nothing is blocked."
    )


def test_a_port_closed_at_the_first_answer_may_be_that_of_a_translation() -> None:
    one = tried(phase="abandoned", retransmits=1)
    draft = found(facts_of(one, now=7.0, icmp=(icmp(3, CLIENT, 0.1, 1.1),)))
    assert (draft.code, draft.is_alarm) == ("client-port-closed", False)
    assert (draft.confidence, draft.stands_at) == (LIKELY, "client")
    assert "or a NAT, or a second machine" in draft.headline
    assert "othing is blocked" not in draft.headline


def test_a_client_that_may_yet_ask_again_has_not_surely_quit() -> None:
    one = tried(**CURL | {"phase": "abandoned", "retransmits": 1})
    closed = icmp(3, CLIENT, 0.1, 1.1)
    draft = found(facts_of(one, now=6.5, icmp=(closed,)))
    assert (draft.code, draft.confidence) == ("client-port-closed", POSSIBLE)
    draft = found(facts_of(one, now=7.5, icmp=(closed,)))
    assert (draft.code, draft.confidence) == ("client-port-closed", LIKELY)


def test_a_program_that_was_heard_and_goes_meets_no_block() -> None:
    one = tried(phase="abandoned", heard=True, acked_blocks=3, moved=NOON + 1)
    draft = found(facts_of(one, now=5.0, icmp=(icmp(3, CLIENT, 2.0, 4.0),)))
    assert (draft.code, draft.confidence) == ("client-port-closed", 0.85)
    assert draft.headline.endswith("Nothing is blocked.")


@pytest.mark.parametrize("direction", ["read", "write"])
def test_who_waited_without_a_word_before_it_left_cannot_send_to_us(
    direction: str,
) -> None:
    """It requested timeouts of 2 s and was there for six: its ACKs are lost."""
    asked = [("tsize", "0"), ("blksize", "1428"), ("timeout", "2")]
    one = tried(
        phase="abandoned", asked=asked, kind="", retransmits=4, direction=direction
    )
    closed = icmp(3, CLIENT, 6.08, 8.09)
    draft = found(facts_of(one, now=8.1, icmp=(closed,)))
    assert draft.code == "acks-blocked"
    assert LIKELY < draft.confidence < FACT
    told = " ".join(line.text for line in draft.evidence)
    assert "its port was closed 6.1 s after the request" in told
    assert "switched off" not in told
    alone = facts_of(one, now=8.1, icmp=(closed,), scene=ONE_PORT)
    assert found(alone).code == "client-port-closed"


def test_who_gave_up_sooner_than_it_asks_again_may_have_met_a_block() -> None:
    one = tried(phase="abandoned", retransmits=4)
    draft = found(facts_of(one, now=6.0, icmp=(icmp(3, CLIENT, 3.0, 5.0),)))
    assert (draft.code, draft.is_alarm) == ("client-port-closed", False)
    assert (draft.confidence, draft.stands_at) == (POSSIBLE, "unknown")
    assert draft.headline.endswith("Its ACKs may have been lost.")


def test_who_falls_silent_amid_a_file_and_goes_may_have_met_a_block() -> None:
    one = tried(
        phase="abandoned", heard=True, acked_blocks=3, moved=NOON + 1, timeouts=5
    )
    draft = found(facts_of(one, now=9.0, icmp=(icmp(3, CLIENT, 6.0, 8.0),)))
    assert (draft.code, draft.stands_at) == ("client-port-closed", "unknown")
    assert not draft.is_alarm


def test_who_stayed_silent_for_long_before_it_left_stays_an_alarm() -> None:
    """Its ACKs may be dropped, and it failed: nobody has shown that all is well."""
    one = tried(
        phase="abandoned", heard=True, acked_blocks=3, moved=NOON + 1, timeouts=7
    )
    draft = found(facts_of(one, now=22.0, icmp=(icmp(3, CLIENT, 20.0, 21.5),)))
    assert (draft.code, draft.stands_at) == ("client-port-closed", "unknown")
    assert (draft.is_alarm, draft.confidence) == (True, POSSIBLE)


def test_where_packets_were_lost_nobody_says_that_nothing_is_wrong() -> None:
    one = tried(
        phase="abandoned",
        heard=True,
        acked_blocks=30,
        sent_blocks=31,
        lost=9,
        timeouts=1,
        moved=NOON + 1,
    )
    draft = found(facts_of(one, now=5.0, icmp=(icmp(3, CLIENT, 2.0, 4.0),)))
    assert draft.code == "client-port-closed"
    assert draft.headline.endswith("Packets were lost.")


def test_a_program_killed_amid_a_file_is_no_lost_ack_though_icmp_is_rationed() -> None:
    one = tried(
        phase="abandoned",
        heard=True,
        acked_blocks=900,
        moved=NOON + 1,
        timeouts=5,
        **CURL,
    )
    draft = found(facts_of(one, now=9.0, icmp=(icmp(3, CLIENT, 4.1),)))
    assert (draft.code, draft.confidence) == ("client-port-closed", 0.85)
    assert "then stopped" in draft.headline


def test_a_program_that_went_after_its_own_time_out_may_have_missed_something() -> None:
    one = tried(
        phase="abandoned",
        heard=True,
        acked_blocks=900,
        moved=NOON + 1,
        timeouts=6,
        **CURL,
    )
    draft = found(facts_of(one, now=30.0, icmp=(icmp(3, CLIENT, 15.0),)))
    assert (draft.code, draft.stands_at) == ("client-port-closed", "unknown")


def test_a_program_that_has_everything_and_goes_is_nothing() -> None:
    one = tried(phase="unconfirmed", heard=True, acked_blocks=82, sent_blocks=83)
    assert judge(facts_of(one, icmp=(icmp(3, CLIENT, 3.0, 4.0),))) is None


def test_packets_that_go_round_are_told() -> None:
    draft = found(facts_of(tried(), icmp=(icmp(0, FIREWALL, 0.1, 2.1, kind=11),)))
    assert (draft.code, draft.stands_at) == ("routing-loop", "between")


def test_a_router_without_a_way_back_is_named() -> None:
    draft = found(facts_of(tried(), icmp=(icmp(0, FIREWALL, 0.1, 2.1),)))
    assert (draft.code, draft.stands_at) == ("no-route", "between")
    assert FIREWALL in draft.headline


@pytest.mark.parametrize(("times", "sure"), [((3.0,), LIKELY), ((3.0, 6.0), FACT)])
def test_a_client_that_is_gone_is_told_by_the_last_router(
    times: tuple[float, ...], sure: float
) -> None:
    draft = found(facts_of(tried(), icmp=(icmp(1, FIREWALL, *times),)))
    assert (draft.code, draft.confidence, draft.stands_at) == (
        "client-gone",
        sure,
        "client",
    )


def test_unknown_messages_say_nothing() -> None:
    assert (
        judge(facts_of(tried(), now=3.0, icmp=(icmp(99, FIREWALL, 1.0, 2.0),))) is None
    )


def test_what_comes_from_our_gateway_comes_through_a_translation() -> None:
    networks = (HostNetwork("0.0.0.0/0", "eth0", gateway=CLIENT),)
    scene = Scene(addresses=frozenset({SERVER}), on_link=True, networks=networks)
    for seen in (insisting(), facts_of(tried(), icmp=(icmp(13, CLIENT, 0.1, 2.1),))):
        draft = found(replace(seen, scene=scene))
        assert draft.code == "nat-without-helper"
        assert "this host's gateway" in draft.headline
    draft = found(facts_of(repeated_request(tried(), 6.0), scene=scene))
    assert (draft.code, draft.confidence) == ("nat-without-helper", POSSIBLE)
    assert "or its own firewall" in draft.headline


def test_an_error_of_this_host_s_own_is_not_a_firewall_on_the_path() -> None:
    own = icmp(13, SERVER, 0.1, 2.1)
    draft = judge(facts_of(repeated_request(tried(), 2.0), now=4.0, icmp=(own,)))
    assert draft is not None
    assert (draft.code, draft.stands_at) == ("answers-refused", "server")
    assert "The firewall of this host itself rejects" in draft.headline
