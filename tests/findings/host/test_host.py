"""This host's own errors: facts, reported at once, and before anything else."""

import errno
from typing import Any

import msgspec
import pytest

from tests.support.facts import (
    CLIENT,
    FIREWALL,
    NOON,
    SERVER,
    completed,
    facts_of,
    icmp,
    refused,
    repeated_request,
    tried,
)
from tftptui.findings.facts import Scene
from tftptui.findings.registry import judge
from tftptui.telemetry.findings import FACT

ON_LINK = Scene(addresses=frozenset({SERVER}), on_link=True)


def test_a_firewall_of_this_host_is_known_by_the_error_of_sending() -> None:
    found = judge(facts_of(tried(send_errno=errno.EPERM), now=0.1))
    assert found is not None
    assert (found.code, found.confidence, found.stands_at) == (
        "server-output-blocked",
        FACT,
        "server",
    )
    assert "EPERM" in found.evidence[0].text
    command = found.remedies[0].command
    assert command.startswith(f"nft 'insert rule inet filter output ip saddr {SERVER}")
    assert "udp sport 40000-40099 udp dport 1024-65535 accept" in command


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENETUNREACH])
def test_a_try_whose_answers_have_left_is_not_told_of(number: int) -> None:
    before = tried(number=2, client_tid=2_070, phase="abandoned")
    after = tried(number=3, client_tid=2_071, send_errno=number)
    found = judge(facts_of(before, after))
    assert found is not None
    assert found.transfers == (3,)
    assert "2070" not in found.headline + "".join(one.text for one in found.evidence)


@pytest.mark.parametrize(
    "number",
    [errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL],
)
def test_no_route_is_known_by_the_error_of_sending(number: int) -> None:
    found = judge(facts_of(tried(send_errno=number), now=0.1))
    assert found is not None
    assert (found.code, found.stands_at) == ("no-route", "server")
    assert found.proof == f"ip route get {CLIENT}"


def test_no_route_before_a_transfer_began_is_known_too() -> None:
    found = judge(facts_of(refusals=(refused("no-route"),)))
    assert found is not None
    assert (found.code, found.confidence) == ("no-route", FACT)


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.EPERM, "server-output-blocked"), (errno.ENETUNREACH, "no-route")],
)
def test_what_this_host_stops_amid_a_transfer_outranks_all_else(
    number: int, code: str
) -> None:
    cut = completed(
        phase="abandoned",
        acked_blocks=40,
        timeouts=6,
        retransmits=6,
        send_errno=number,
        repeated=NOON + 9.0,
    )
    found = judge(facts_of(cut, now=20.0))
    assert found is not None
    assert (found.code, found.confidence, found.stands_at) == (code, FACT, "server")
    assert found.since == cut.moved


@pytest.mark.parametrize("changes", [{"timeouts": 1}, {"timeouts": 3, "send_errno": 0}])
def test_a_packet_or_two_that_did_not_leave_are_no_trouble_of_this_host(
    changes: dict[str, int],
) -> None:
    given: dict[str, Any] = {"send_errno": errno.EPERM, "heard": True}
    found = judge(facts_of(tried(**(given | changes)), now=2.0))
    assert found is None or found.stands_at != "server"


def test_an_earlier_failure_is_over_once_the_client_was_heard_in_a_later_try() -> None:
    before = tried(1, send_errno=errno.EPERM, phase="abandoned")
    after = tried(2, 5.0, heard=True, timeouts=3, acked_blocks=9, phase="stalled")
    found = judge(facts_of(before, after, now=9.0))
    assert found is None or found.code != "server-output-blocked"


def test_a_silent_gateway_is_reported_by_this_host_itself() -> None:
    found = judge(facts_of(tried(), icmp=(icmp(1, SERVER, 3.0),)))
    assert found is not None
    assert (found.code, found.stands_at) == ("gateway-silent", "server-segment")


def test_on_our_own_segment_it_is_the_client_that_is_silent() -> None:
    found = judge(facts_of(tried(), icmp=(icmp(1, SERVER, 3.0),), scene=ON_LINK))
    assert found is not None
    assert (found.code, found.stands_at) == ("client-gone", "client")


def test_answers_from_another_address_are_known() -> None:
    one = repeated_request(tried(), 2.0)
    found = judge(facts_of(one, asked_address="10.0.1.6"))
    assert found is not None
    assert (found.code, found.confidence) == ("wrong-source-address", FACT)
    assert "10.0.1.6" in found.headline


def test_answers_from_the_asked_address_are_right() -> None:
    found = judge(facts_of(tried(), asked_address=SERVER, now=2.0))
    assert found is None


def test_this_hosts_errors_come_before_icmp_and_silence() -> None:
    one = repeated_request(tried(send_errno=errno.EPERM), 2.0, 6.0)
    seen = facts_of(one, icmp=(icmp(13, FIREWALL, 0.1, 2.1),), asked_address="10.0.1.6")
    found = judge(seen)
    assert found is not None
    assert found.code == "server-output-blocked"


def test_icmp_comes_before_the_address_check() -> None:
    one = repeated_request(tried(), 2.0)
    seen = facts_of(one, icmp=(icmp(13, FIREWALL, 0.1, 2.1),), asked_address="10.0.1.6")
    found = judge(seen)
    assert found is not None
    assert found.code == "answers-refused"


def test_in_single_port_mode_the_rule_names_that_port() -> None:
    one = msgspec.structs.replace(tried(send_errno=errno.EPERM), server_tid=69)
    scene = Scene(single_port=True, addresses=frozenset({SERVER}))
    found = judge(facts_of(one, scene=scene))
    assert found is not None
    assert "udp sport 69 " in found.remedies[0].command
    assert found.since == NOON
