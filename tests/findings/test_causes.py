"""Which findings have the same cause."""

import pytest

from tests.support.facts import CLIENT, FIREWALL, facts_of, icmp, neighbour, tried
from tests.support.finding_kinds import KINDS
from tests.support.findings import boot_rom
from tftptui.findings.causes import (
    MOST_CASES,
    Cause,
    Occurrence,
    affected,
    cause_of,
    joined,
    leading,
)
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.registry import judge
from tftptui.telemetry.findings import FACT, LIKELY, Place

WAY, FAR = "10.0.4.0/24", "10.0.9.0/24"


def draft(code: str, confidence: float = LIKELY, place: Place = "between") -> Draft:
    return Draft(
        kind=KINDS[code], headline="So.", confidence=confidence, stands_at=place
    )


def cause(
    code: str, way: str = WAY, place: Place = "between", **facts: object
) -> Cause:
    return cause_of(draft(code, place=place), facts_of(**facts), way)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["answers-blocked", "path-mtu", "acks-blocked"])
def test_the_way_is_one_cause_for_all_files_and_clients_of_a_network(code: str) -> None:
    assert cause(code) == cause(code, client="10.0.4.99", file="other")
    assert cause(code) != cause(code, FAR)


def test_a_client_port_that_is_dropped_is_the_surer_name_of_dropped_answers() -> None:
    assert cause("client-port-blocked") == cause("answers-blocked")
    assert cause("range-mismatch") != cause("answers-blocked")


def test_what_this_server_s_own_rules_do_is_the_same_on_every_way() -> None:
    own, far = (cause("acks-blocked", way, "server") for way in (WAY, FAR))
    assert own == far != cause("acks-blocked")


def test_two_firewalls_that_refuse_are_two_causes() -> None:
    one, other = (
        cause("answers-refused", icmp=(icmp(13, sender, 1.0),))
        for sender in (FIREWALL, "10.0.1.2")
    )
    assert one != other


def test_an_icmp_error_of_anything_else_makes_no_other_cause() -> None:
    assert cause("path-mtu", icmp=(icmp(3, CLIENT, 1.0),)) == cause("path-mtu")


def test_a_file_is_missing_for_everybody() -> None:
    assert cause("file-missing") == cause("file-missing", FAR, client="10.0.9.1")
    assert cause("file-missing") != cause("file-missing", file="other")


def test_who_is_gone_is_gone_for_all_files() -> None:
    assert cause("client-gone") == cause("client-gone", file="other")
    assert cause("client-gone") != cause("client-gone", client="10.0.4.99")


def test_what_may_be_read_is_of_one_client_and_file() -> None:
    assert cause("file-permission") == cause("file-permission")
    assert cause("file-permission") != cause("file-permission", file="other")
    assert cause("file-permission") != cause("file-permission", client="10.0.4.99")


def part(seen: Facts, client: str = CLIENT, file: str = "pxelinux.0") -> Occurrence:
    found = judge(seen)
    assert found is not None
    return Occurrence(found, client, file)


def test_the_surest_leads_and_the_others_are_told_below_it() -> None:
    sure = facts_of(*boot_rom().tries, neighbours=(neighbour(),))
    parts = [part(boot_rom(), "10.0.4.99", "other"), part(sure)]
    assert leading(parts) is parts[1]
    assert affected(parts) == ([CLIENT, "10.0.4.99"], ["pxelinux.0", "other"])
    told = joined(parts)
    assert (told.code, told.confidence) == ("client-port-blocked", FACT)
    assert told.headline == (
        f"{parts[1].draft.headline} Also affected: 1 other client."
    )
    assert told.evidence[:-1] == parts[1].draft.evidence
    assert told.evidence[-1].text.startswith("also 10.0.4.99, other: 3 requests")


def test_one_alone_is_told_as_it_is() -> None:
    assert joined([part(boot_rom())]) is not None
    only = part(boot_rom())
    assert joined([only]) is only.draft


def test_transfers_of_all_are_told_and_since_when_it_is_so() -> None:
    early = part(facts_of(tried(4, requests=3), now=9.0))
    late = part(facts_of(tried(9, 20.0, requests=3), now=29.0))
    told = joined([late, early])
    assert told.transfers == (4, 9)
    assert told.since == early.draft.since


def test_lines_about_others_are_counted_beyond_a_few() -> None:
    parts = [part(boot_rom(), f"10.0.4.{last}") for last in range(1, 31)]
    told = joined(parts)
    others = told.evidence[len(parts[0].draft.evidence) :]
    assert len(others) == MOST_CASES + 1
    assert others[-1].text == "and 23 more cases like these"


def test_the_headline_says_for_whom_else_it_is_so() -> None:
    parts = [part(boot_rom()), part(boot_rom(), file="a"), part(boot_rom(), file="b")]
    lead = parts[0].draft.headline
    assert joined(parts).headline == f"{lead} Also affected: 2 other files."
    parts.append(part(boot_rom(), "10.0.4.99", "c"))
    more = "Also affected: 2 other files and 1 other client."
    assert joined(parts).headline == f"{lead} {more}"


def test_the_same_again_is_nobody_else() -> None:
    parts = [part(boot_rom()), part(boot_rom())]
    assert joined(parts).headline == parts[0].draft.headline


@pytest.mark.parametrize(
    ("tids", "on"),
    [
        ([(2_070, 2_071)], ""),
        ([(1_548, 1_549)], ", on ports 1548–1549"),
        ([(2_071, 2_073)], ", on ports 2071 and 2073"),
        ([(1_548, 1_549), (3_001, 3_004), (9_009,)], ", on other ports"),
    ],
)
def test_the_headline_names_nobody_s_ports_as_those_of_others(
    tids: list[tuple[int, ...]], on: str
) -> None:
    others = [
        part(
            facts_of(
                *(
                    tried(number, 2.0 * number, client_tid=tid, requests=2)
                    for number, tid in enumerate(of_one, 1)
                )
            ),
            f"10.0.4.{last}",
        )
        for last, of_one in enumerate(tids, 90)
    ]
    told = joined([part(boot_rom()), *others]).headline
    many = "" if len(tids) == 1 else "s"
    assert told.endswith(f". Also affected: {len(tids)} other client{many}{on}.")
