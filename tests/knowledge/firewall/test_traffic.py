"""The traffic in a journal."""

from ipaddress import ip_address, ip_network

import pytest

from tests.support.firewalls import boot_rom, ended, started
from tftptui.knowledge.firewall.plans import Part
from tftptui.knowledge.firewall.situation import Where
from tftptui.knowledge.firewall.traffic import traffic_of
from tftptui.settings import PortRange


def test_founding_case() -> None:
    traffic = traffic_of(boot_rom())
    assert [flow.client_tid for flow in traffic.failed] == [2_072, 2_073]
    assert [flow.client_tid for flow in traffic.completed] == [44_669]
    assert traffic.missing is Part.ANSWERS
    assert (traffic.port, traffic.ports) == (69, PortRange(40_000, 40_099))
    assert traffic.is_single_port is False


def test_networks_of_those_that_failed() -> None:
    traffic = traffic_of(boot_rom())
    assert traffic.clients == (ip_network("10.55.32.0/24"),)
    assert traffic.servers == (ip_address("10.254.52.26"),)


def test_ipv6_networks_are_64s() -> None:
    lines = [started(1, 2_070, client="2001:db8:2::175", server="2001:db8:1::9")]
    assert traffic_of(lines).clients == (ip_network("2001:db8:2::/64"),)


def test_one_request_and_no_ack_means_the_acks_are_lost() -> None:
    lines = [started(1, 2_070), ended(1, "abandoned")]
    assert traffic_of(lines).missing is Part.ACKS


def test_one_request_answered_once_means_nothing_yet() -> None:
    lines = [started(1, 2_070), ended(1, "abandoned", retransmits=0)]
    assert traffic_of(lines).missing is None


def test_the_same_request_again_from_the_same_port_counts() -> None:
    lines = [started(1, 2_070), ended(1, "abandoned", duplicates=2)]
    traffic = traffic_of(lines)
    assert (traffic.flows[0].requests, traffic.missing) == (3, Part.ANSWERS)


def test_duplicates_after_an_ack_are_no_requests() -> None:
    lines = [started(1, 9_000), ended(1, "completed", acked_blocks=1, duplicates=2)]
    assert traffic_of(lines).flows[0].requests == 1


@pytest.mark.parametrize(
    ("outcome", "again"),
    [("completed", 5), ("probed", 5), ("unconfirmed", 5), ("aborted", 0)],
)
def test_other_endings_accuse_nobody(outcome: str, again: int) -> None:
    lines = [started(n, 2_070 + n) for n in (1, 2)]
    lines += [ended(n, outcome, retransmits=again) for n in (1, 2)]
    traffic = traffic_of(lines)
    assert (traffic.failed, traffic.missing) == ((), None)


@pytest.mark.parametrize("outcome", ["abandoned", "failed", "aborted", "unconfirmed"])
def test_who_asked_again_and_acknowledged_nothing_is_unheard_whatever_ended_it(
    outcome: str,
) -> None:
    over = ended(1, outcome, duplicates=2, error="the server is shutting down")
    traffic = traffic_of([started(1, 2_070), over])
    assert len(traffic.failed) == 1
    assert traffic.missing is Part.ANSWERS
    heard = over | {"acked_blocks": 1}
    assert traffic_of([started(1, 2_070), heard]).failed == ()


def test_who_ended_it_by_an_error_has_heard_us() -> None:
    said = "the client ended it with ERROR 3: disk full"
    lines = [started(1, 2_070), started(2, 2_071)]
    lines += [ended(n, "failed", error=said, heard=True) for n in (1, 2)]
    traffic = traffic_of(lines)
    assert (traffic.failed, traffic.missing) == ((), None)


def test_a_transfer_that_is_stopped_after_answers_in_vain_is_unheard() -> None:
    lines = [started(1, 2_070), ended(1, "aborted", retransmits=4)]
    assert len(traffic_of(lines).failed) == 1


def test_what_never_ended_was_seen_up_to_the_last_line_of_its_server() -> None:
    later: dict[str, object] = {"event": "warning", "t": "2026-11-26T03:00:14.000000Z"}
    again: dict[str, object] = {"event": "started", "t": "2026-11-26T09:00:00.000000Z"}
    for lines in ([started(1, 2_070), later], [started(1, 2_070), later, again]):
        (flow,) = traffic_of(lines).flows
        assert flow.last == later["t"]


@pytest.mark.parametrize("event", ["started", "stopped"])
def test_what_is_open_ends_with_its_server(event: str) -> None:
    first = [started(1, 2_070), started(2, 2_071), ended(2, "completed")]
    over: dict[str, object] = {"event": event}
    again = [started(1, 2_072), ended(1, "abandoned")]
    flows = traffic_of([*first, over, *again]).flows
    assert [flow.outcome for flow in flows] == ["unfinished", "completed", "abandoned"]
    assert flows[0].errors == ("the server stopped first",)
    assert not flows[0].is_unheard


def test_findings_of_another_run_have_other_numbers() -> None:
    named = FINDING | {"number": 1, "transfers": [1]}
    again: dict[str, object] = {"event": "started"}
    over = named | {"withdrawn": True}
    lines = [started(1, 2_070), named, again, started(1, 2_071), named, over]
    traffic = traffic_of(lines)
    assert [flow.client_tid for flow in traffic.failed] == [2_070]
    assert traffic.missing is Part.ACKS


def test_transfers_under_way_are_no_evidence() -> None:
    traffic = traffic_of([started(n, 2_070 + n) for n in (1, 2)])
    assert (traffic.failed, traffic.missing) == ((), None)


def test_one_under_way_that_a_finding_names_is() -> None:
    lines = [started(n, 2_070 + n) for n in (1, 2)]
    named = FINDING | {"number": 1, "transfers": [2, 9]}
    traffic = traffic_of([*lines, named])
    assert [flow.client_tid for flow in traffic.failed] == [2_072]
    assert traffic_of([*lines, named, named | {"withdrawn": True}]).failed == ()


@pytest.mark.parametrize(
    ("begun", "over", "answers"),
    [
        ({}, {"blocks": 1}, 6),
        ({"agreed": {"tsize": "9"}}, {"blocks": 0}, 6),
        ({"agreed": {"tsize": "9"}}, {"blocks": 4, "acked_blocks": 3}, 10),
        ({"direction": "write"}, {"blocks": 0}, 6),
    ],
)
def test_answers_are_counted_whatever_they_are(
    begun: dict[str, object], over: dict[str, object], answers: int
) -> None:
    lines = [started(1, 2_070, **begun), ended(1, "abandoned", **over)]
    assert traffic_of(lines).flows[0].answers == answers


FINDING: dict[str, object] = {"event": "finding", "code": "acks-blocked"}


def test_findings_outrank_what_is_counted() -> None:
    assert traffic_of([*boot_rom(), FINDING]).missing is Part.ACKS


def test_withdrawn_findings_count_no_more() -> None:
    lines = [*boot_rom(), FINDING, FINDING | {"withdrawn": True}]
    assert traffic_of(lines).missing is Part.ANSWERS


def test_a_revised_finding_counts_as_it_is_now() -> None:
    first: dict[str, object] = {"event": "finding", "number": 1}
    lines = [
        *boot_rom(),
        first | {"code": "acks-blocked", "stands_at": "between"},
        first | {"code": "server-output-blocked", "stands_at": "server"},
    ]
    traffic = traffic_of(lines)
    assert (traffic.missing, traffic.where) == (Part.ANSWERS, Where.SERVER)
    gone = traffic_of([*lines, first | {"code": "x", "withdrawn": True}])
    assert (gone.missing, gone.where) == (Part.ANSWERS, None)


def test_one_finding_withdrawn_leaves_another() -> None:
    lines = [FINDING | {"number": 1}, FINDING | {"number": 2}]
    last = FINDING | {"number": 1, "withdrawn": True}
    assert traffic_of([*boot_rom(), *lines, last]).missing is Part.ACKS


def test_icmp_is_kept_with_its_transfer_once() -> None:
    icmp = {
        "event": "icmp",
        "transfer": 1,
        "name": "prohibited",
        "from": "10.0.0.1",
    }
    traffic = traffic_of([started(1, 2_070), icmp, icmp, ended(1, "abandoned")])
    assert traffic.flows[0].errors == ("ICMP prohibited from 10.0.0.1",)


def test_numbers_begin_anew_with_a_new_server() -> None:
    again: dict[str, object] = {"event": "started"}
    lines = [started(1, 2_070), again, ended(1, "completed")]
    assert traffic_of(lines).flows[0].outcome == "unfinished"


def test_last_range_counts() -> None:
    change = {"event": "ports_changed", "after": "50000-50019 random, quarantine 10 s"}
    single = {"event": "ports_changed", "after": "the listener's own port"}
    traffic = traffic_of([*boot_rom(), change, single])
    assert traffic.ports == PortRange(50_000, 50_019)
    assert traffic.is_single_port is True


def test_control_characters_do_not_get_through() -> None:
    lines = [started(1, 2_070, file="a\x1b[2Jb")]
    assert traffic_of(lines).flows[0].file == "a\\x1b[2Jb"


@pytest.mark.parametrize(
    "wrong", [{"client": "nobody"}, {"client_tid": None}, {"server_tid": 70_000}]
)
def test_a_line_that_makes_no_sense_is_left_out(wrong: dict[str, object]) -> None:
    skipped: list[int] = []
    lines = [started(1, 2_070, **wrong), started(2, 2_071)]
    traffic = traffic_of(lines, lambda: skipped.append(1))
    assert [flow.client_tid for flow in traffic.flows] == [2_071]
    assert skipped == [1]


def test_a_journal_tells_what_its_servers_host_knows_of_networks() -> None:
    networks = [{"network": "10.55.32.0/20", "device": "eth0", "is_own": True}]
    first, *rest = boot_rom()
    traffic = traffic_of([first | {"networks": networks}, *rest])
    assert traffic.clients == (ip_network("10.55.32.0/20"),)
    strange = traffic_of([first | {"networks": "many"}, *rest])
    assert strange.clients == (ip_network("10.55.32.0/24"),)


@pytest.mark.parametrize("told", ["garbage", [{"network": "garbage", "device": ""}], 7])
def test_networks_that_make_no_sense_are_none(told: object) -> None:
    first, *rest = boot_rom()
    assert traffic_of([first | {"networks": told}, *rest]).known == ()
