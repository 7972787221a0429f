"""Advice as text, as a ticket, as CSV."""

import csv
import shlex
from collections.abc import Callable

import pytest

from tests.support.firewalls import boot_rom, ended, situation, started
from tftptui.knowledge.firewall.advice import Advice, advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.flows_csv import csv_text
from tftptui.knowledge.firewall.situation import Kind, Where
from tftptui.knowledge.firewall.text import advice_text
from tftptui.knowledge.firewall.ticket import markdown_text
from tftptui.knowledge.firewall.traffic import traffic_of

SEEN = traffic_of(boot_rom())


def _advice(dialect: Dialect = Dialect.NFTABLES) -> Advice:
    return advise(situation(), dialect, SEEN, SEEN.networks())


@pytest.mark.parametrize("write", [advice_text, markdown_text])
def test_an_assumed_network_is_said_to_be_one(write: Callable[[Advice], str]) -> None:
    told = " ".join(write(_advice()).replace("\n#", " ").split())
    assert "is assumed: 10.55.32.9 and 10.55.32.175 were seen." in told
    assert "is another one" in told
    given = write(advise(situation(), Dialect.NFTABLES, SEEN))
    assert "assumed" not in given


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


class TestText:
    @pytest.mark.parametrize("dialect", [Dialect.NFTABLES, Dialect.ASA, Dialect.SRX])
    def test_everything_but_the_rules_is_comment(self, dialect: Dialect) -> None:
        advice = _advice(dialect)
        mark = dialect.speech.comment
        lines = advice_text(advice).splitlines()
        rules = [r.text for r in advice.chosen.rules]
        kept = [line for line in lines if line and not line.startswith(mark)]
        assert kept == "\n".join(rules).splitlines()

    @pytest.mark.parametrize("dialect", Dialect)
    def test_what_to_do_with_the_rules_is_whole_sentences(
        self, dialect: Dialect
    ) -> None:
        begins = (line for line in dialect.speech.usage[1:] if line[0].isupper())
        ends = dialect.speech.usage[: len(dialect.speech.usage) - 1]
        before = dict(zip(dialect.speech.usage[1:], ends, strict=True))
        assert [x for x in begins if before[x][-1] not in ".:"] == []

    def test_both_directions_and_the_missing_one(self) -> None:
        text = advice_text(_advice())
        assert "client's 1024-65535 → server's 69" in text
        assert "client's 1024-65535 ← server's 40000-40099" in text
        assert "upload – probably blocked" in text

    def test_what_was_not_run_is_said(self) -> None:
        assert "not run" in advice_text(_advice(Dialect.ASA))
        assert "not run" not in advice_text(_advice())

    def test_the_client_s_own_firewall_is_named_where_it_may_be_it(self) -> None:
        words = "own firewall blocks it: --where client"
        assert words in advice_text(_advice())
        here = advise(situation(where=Where.CLIENT), Dialect.NFTABLES, SEEN)
        assert words not in advice_text(here)
        assert words not in advice_text(advise(situation(), Dialect.NFTABLES))

    def test_comments_fit_a_terminal(self) -> None:
        lines = advice_text(_advice()).splitlines()
        assert [x for x in lines if x.startswith("#") and len(x) > 80] == []


class TestTicket:
    def test_tells_the_story(self) -> None:
        text = markdown_text(_advice())
        assert (
            "10.55.32.175 requested `pxelinux.0` from 10.254.52.26 twice, from UDP "
            "ports 2072–2073" in text
        )
        assert "Probably blocked: **answers**" in text
        assert "Completed: 10.55.32.9 port 44669 (the same network)." in text

    def test_counts_the_oacks_alike_in_text_and_table(self) -> None:
        lines = [
            started(2, 2_071, agreed={"tsize": "9"}),
            started(1, 2_070, agreed={"tsize": "9"}),
            *(ended(n, "abandoned", blocks=0) for n in (2, 1)),
        ]
        text = markdown_text(advise(situation(), Dialect.NFTABLES, traffic_of(lines)))
        assert "replied from ports 40001–40002, at least 12 packets; none" in text
        assert text.count("| 6 (OACK, 5 resent) |") == 2

    def test_a_port_taken_twice_is_told_once(self) -> None:
        lines = [started(n, 2_070, server_tid=40_009) for n in (1, 2)]
        lines += [ended(n, "abandoned") for n in (1, 2)]
        text = markdown_text(advise(situation(), Dialect.NFTABLES, traffic_of(lines)))
        assert "twice, from UDP port 2070 (" in text
        assert "replied from port 40009, at least 12 packets" in text

    def test_a_transfer_under_way_is_blamed_for_nothing(self) -> None:
        lines = [started(1, 2_070), started(2, 2_071)]
        text = markdown_text(advise(situation(), Dialect.NFTABLES, traffic_of(lines)))
        assert "2 transfers seen, 2 still running; none seems" in text
        assert "acknowledged." not in text

    def test_a_server_that_was_killed_leaves_nothing_under_way(self) -> None:
        again: dict[str, object] = {"event": "started"}
        lines = [started(1, 2_070), again, started(1, 2_071)]
        text = markdown_text(advise(situation(), Dialect.NFTABLES, traffic_of(lines)))
        assert "2 transfers seen, 1 still running" in text
        assert "unfinished; the server stopped first" in text

    def test_what_a_stop_cut_short_goes_unheard_all_the_same(self) -> None:
        lines = [started(1, 2_070), ended(1, "aborted", error="shutting down")]
        text = markdown_text(advise(situation(), Dialect.NFTABLES, traffic_of(lines)))
        assert "none was acknowledged" in text
        assert "seems to be blocked" not in text

    def test_says_how_long_what_runs_was_seen(self) -> None:
        named: dict[str, object] = {"event": "finding", "code": "answers-blocked"}
        named |= {"transfers": [1], "t": "2026-11-26T03:00:14.000000Z"}
        lines = [started(1, 2_070), named]
        text = markdown_text(advise(situation(), Dialect.NFTABLES, traffic_of(lines)))
        span = "2026-11-26T03:00:01Z to 2026-11-26T03:00:14Z"
        assert f"({span}, still running)" in text

    def test_says_where_the_flows_are_that_it_has_no_room_for(self) -> None:
        lines = [*boot_rom()[1:]]
        for number in range(10, 60):
            begun = started(number, 50_000 + number, client="10.55.32.8")
            lines += [begun, ended(number, "completed", acked_blocks=9)]
        advice = advise(situation(), Dialect.NFTABLES, traffic_of(lines))
        left = "46 more (46 completed)"
        command = "`tftptui firewall --journal JOURNAL"
        assert f"{left}: {command}" in markdown_text(advice)
        told = markdown_text(advice, "all are in x.csv")
        assert f"{left}: all are in x.csv." in told

    @pytest.mark.parametrize(
        ("place", "told", "unreported"),
        [
            ("between", "On the firewall between", "own firewall"),
            ("between-or-client", "the client's own firewall looks the same", "router"),
            ("client-segment", "No router is between", "between clients and"),
            ("server", "On the firewall of the server's own host", "client's own"),
        ],
    )
    def test_asks_where_the_block_may_stand(
        self, place: str, told: str, unreported: str
    ) -> None:
        code = "server-output-blocked" if place == "server" else "client-port-blocked"
        finding = {"event": "finding", "code": code, "stands_at": place}
        seen = traffic_of([*boot_rom(), finding])
        where = seen.where or Where.BETWEEN
        text = markdown_text(advise(situation(where=where), Dialect.NFTABLES, seen))
        asked = text.partition("## What to allow")[2].partition("| flow |")[0]
        assert told in asked
        assert unreported not in asked

    def test_a_dialect_for_devices_between_says_that_none_is_known(self) -> None:
        finding = {"event": "finding", "code": "answers-blocked"}
        seen = traffic_of([*boot_rom(), finding | {"stands_at": "client-segment"}])
        text = markdown_text(advise(situation(), Dialect.ASA, seen))
        assert "No firewall is known between them" in text

    def test_where_only_silence_was_seen_the_client_is_not_left_out(self) -> None:
        assert "client's own firewall looks the same" in markdown_text(_advice())

    def test_asks_for_the_client_ports_and_says_why(self) -> None:
        text = markdown_text(advise(situation(kind=Kind.STATEFUL), Dialect.ASA, SEEN))
        assert "| 10.254.52.26 | 40000-40099 | 10.55.32.0/24 | 1024-65535 |" in text
        assert "does not unblock a client port" in text
        assert "not run" in text

    def test_proves_with_the_port_that_failed_and_a_high_one(self) -> None:
        text = markdown_text(_advice())
        assert "--local-port 2072" in text
        assert "--local-port 49200" in text

    def test_what_fails_by_a_finding_leads_with_its_lowest_port(self) -> None:
        blocked: dict[str, object] = {
            "event": "finding",
            "code": "client-port-blocked",
            "headline": "Answers to UDP ports 2070–2071 of 10.55.32.175 are dropped.",
            "transfers": [3, 2],
        }
        lines = [
            *(started(1, 43_738, client="10.55.32.8"), ended(1, "abandoned")),
            *(started(3, 2_071), ended(3, "abandoned")),
            *(started(2, 2_070), ended(2, "abandoned"), blocked),
        ]
        text = markdown_text(advise(situation(), Dialect.NFTABLES, traffic_of(lines)))
        assert "10.55.32.175 requested `pxelinux.0` from 10.254.52.26 twice" in text
        assert "\n> Answers to UDP ports 2070–2071 of 10.55.32.175 are dropped." in text
        typed = [x for x in text.splitlines() if x.startswith("curl")]
        assert ["--local-port 2070" in typed[0], "49200" in typed[1]] == [True, True]
        assert "to client port 2070 are still dropped" in text

    def test_a_client_that_says_its_port_is_closed_was_reached(self) -> None:
        icmp: dict[str, object] = {
            "event": "icmp",
            "name": "port unreachable",
            "from": "10.55.32.175",
        }
        lines = [
            *(started(1, 43_738), icmp | {"transfer": 1}, ended(1, "abandoned")),
            *(started(2, 43_739), ended(2, "abandoned"), icmp | {"transfer": 2}),
        ]
        seen = traffic_of(lines)
        text = markdown_text(advise(situation(), Dialect.NFTABLES, seen))
        assert (seen.missing, seen.failed) == (None, ())
        assert "2 transfers seen; none seems to be blocked." in text
        assert "(missing)" not in text

    def test_what_is_no_firewall_s_doing_is_not_among_what_failed(self) -> None:
        gone: dict[str, object] = {
            "event": "finding",
            "code": "client-gone",
            "transfers": [1],
        }
        seen = traffic_of([started(1, 2_070), ended(1, "abandoned"), gone])
        assert (seen.missing, seen.failed) == (None, ())

    def test_without_traffic_there_is_no_story(self) -> None:
        text = markdown_text(advise(situation(), Dialect.NFTABLES))
        assert "What was seen" not in text
        assert "--local-port 2070" in text

    @pytest.mark.parametrize("name", ["a|b", "`a`", "a' ; reboot '"])
    def test_names_of_strangers_stay_names(self, name: str) -> None:
        lines = [started(1, 2_070, file=name), ended(1, "abandoned", duplicates=1)]
        text = markdown_text(advise(situation(), Dialect.NFTABLES, traffic_of(lines)))
        (row,) = [x for x in text.splitlines() if x.startswith("| 10.55.32.175 : 2070")]
        assert row.replace("\\|", "").count("|") == 9
        assert row.count("`") == 2
        typed = [x for x in text.splitlines() if x.startswith("curl")]
        assert [len(shlex.split(x)) for x in typed] == [9, 9]
        assert not set("`;'|") & set("".join(typed))


class TestCsv:
    def test_a_row_for_each_pair_of_ports(self) -> None:
        rows = _rows(csv_text(_advice()))
        assert [(r["client_port"], r["server_port"], r["outcome"]) for r in rows] == [
            ("2072", "40001", "abandoned"),
            ("2073", "40002", "abandoned"),
            ("44669", "40003", "completed"),
        ]
        assert {r["client_port_chosen_by"] for r in rows} == {"client"}
        assert {r["server_port_chosen_by"] for r in rows} == {"server"}

    def test_without_traffic_the_flows_asked_for(self) -> None:
        rows = _rows(csv_text(advise(situation(), Dialect.NFTABLES)))
        assert [(r["flow"], r["source_ports"], r["passes_by"]) for r in rows] == [
            ("request", "1024-65535", "rule"),
            ("answers", "40000-40099", "helper"),
            ("ACKs", "1024-65535", "state"),
        ]

    def test_a_name_is_no_formula(self) -> None:
        lines = [started(1, 2_070, file="=1+1")]
        advice = advise(situation(), Dialect.NFTABLES, traffic_of(lines))
        assert _rows(csv_text(advice))[0]["file"] == "'=1+1"
