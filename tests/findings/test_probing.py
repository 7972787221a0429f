"""Conclusions from trials with many ports, on the client's side."""

from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from tftptui.findings.probing import Target, conclude
from tftptui.findings.probing.target import HostRules
from tftptui.findings.probing.text import equivalents, report_text
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE
from tftptui.telemetry.probe_trials import Outcome, Trial

ASKED = Target("10.0.1.5", 69, "pxe/it's.0")


def trials(outcome: Outcome, *ports: int, **changes: object) -> list[Trial]:
    return [Trial(port=port, outcome=outcome, **changes) for port in ports]  # type: ignore[arg-type]


def sizes(*told: tuple[int, Outcome]) -> list[Trial]:
    return [
        Trial(port=1, options=f"blksize={size}", outcome=how, block_size=size)
        for size, how in told
    ]


def test_all_well_is_no_finding() -> None:
    assert conclude(ASKED, trials("ok", 2_070, 49_200), sizes((512, "ok"))) == []


def test_low_ports_without_an_answer_are_the_founding_case() -> None:
    told = trials("silent", 2_070, 2_071, 2_072) + trials("ok", 40_000, 49_200)
    (draft,) = conclude(ASKED, told)
    assert (draft.code, draft.confidence) == ("client-port-blocked", FACT)
    assert "2070–2072" in draft.headline
    assert "at port 40000 and above they do" in draft.headline
    verdicts = {one.knob: one.verdict for one in draft.helps}
    assert verdicts["port-range"] == "no"
    assert "--local-port 2070" in draft.proof


def said(asked: Target, *told: list[Trial]) -> str:
    by_port = [one for some in told for one in some]
    return report_text(asked, by_port, ([], []), conclude(asked, by_port))


def test_scattered_ports_are_counted_before_their_kind() -> None:
    low = trials("silent", 1_024, 1_072, 2_070, 2_072, 2_075)
    text = said(ASKED, low, trials("ok", 40_000))
    assert "at our 5 UDP ports from 1024 to 2075" in text


def test_the_command_names_the_clients_and_what_the_server_answers_from() -> None:
    asked, low = replace(ASKED, own="10.0.4.9"), trials("silent", 2_070, 2_071)
    given = "tftptui firewall --server 10.0.1.5 --clients 10.0.4.0/24 "
    ours = trials("ok", 40_000, server_tid=40_001)
    others = trials("ok", 40_000, server_tid=53_684)
    single = trials("ok", 40_000, server_tid=69)
    assert f"{given}--ports 40000-40099 " in said(asked, low, ours)
    assert f"{given}--ports 1024-65535 " in said(asked, low, others)
    assert f"{given}--single-port " in said(asked, low, single)
    text = " ".join(said(asked, low, ours).split())
    assert "our network is assumed to be 10.0.4.0/24" in text
    assert "assumed" not in said(ASKED, low, ours)


def test_places_and_keys_are_those_of_the_client() -> None:
    text = said(ASKED, trials("silent", 2_070, 2_071), trials("ok", 40_000))
    assert "where     between client and server, or in this host's own firewall" in text
    assert "single-port mode:" in text
    refused = trials("refused", 2_070, reporter="10.0.1.5", detail="ICMP port")
    assert "where     at the server" in said(ASKED, refused)


RULE = "inet f in, handle 2"
LOW = trials("silent", 2_070, 2_071)
HIGH = trials("ok", 40_000, server_tid=40_001)


def by(rules: HostRules) -> Target:
    return replace(ASKED, own="10.0.4.9", rules=rules)


def test_this_host_is_not_spared_unless_its_rules_were_read() -> None:
    text = said(by(HostRules("only root may read its rules")), LOW, HIGH)
    assert "this host's own firewall was not checked: only root" in text
    assert "$ sudo nft -a list ruleset" in text
    assert "not on this host" not in text


def test_rules_of_this_host_that_were_read_and_let_answers_in_spare_it() -> None:
    asked = by(HostRules())
    text = said(asked, LOW, HIGH)
    assert "where     between client and server\n" in text
    assert "read just now, allow replies" in " ".join(text.split())
    assert "Check this host" not in text


def test_rules_of_this_host_that_stop_answers_are_a_fact() -> None:
    asked = by(HostRules(stops={2_070: RULE, 2_071: RULE}))
    (draft,) = conclude(asked, LOW + HIGH)
    assert (draft.code, draft.confidence) == ("client-port-blocked", FACT)
    assert draft.stands_at == "client"
    text = said(asked, LOW, HIGH)
    assert f"2070–2071: rule {RULE}" in " ".join(text.split())
    assert "where     on this host\n" in text
    assert "--clients 10.0.4.9/32" in text
    assert "--where client" in text


def test_where_this_host_stops_all_answers_that_is_told_and_no_more() -> None:
    asked = by(HostRules(stops={2_070: RULE, 2_071: RULE}))
    (draft,) = conclude(asked, LOW)
    assert (draft.code, draft.stands_at) == ("answers-blocked", "client")


def test_what_this_host_does_not_stop_is_told_besides() -> None:
    asked = by(HostRules(stops={2_070: RULE}))
    here, elsewhere = conclude(asked, LOW + HIGH)
    assert (here.stands_at, elsewhere.stands_at) == ("client", "between")
    assert "2070" in here.headline
    assert "2071" in elsewhere.headline


def test_rules_that_would_stop_what_came_in_are_not_believed() -> None:
    asked = by(HostRules(stops={2_070: RULE, 2_071: RULE, 40_000: RULE}))
    (draft,) = conclude(asked, LOW + HIGH)
    assert draft.stands_at == "between-or-client"
    assert "but some arrived" in said(asked, LOW, HIGH)


def test_a_doubt_is_named() -> None:
    asked = by(HostRules(doubts={2_070: "a rate limit"}))
    text = said(asked, LOW, HIGH)
    assert "depends on a rate limit" in text
    assert "this host's own firewall" in text


def test_one_silent_port_is_not_stated_as_a_fact() -> None:
    (draft,) = conclude(ASKED, trials("silent", 2_070) + trials("ok", 40_000))
    assert draft.confidence < FACT


def test_mixed_ports_are_not_told_as_a_border() -> None:
    told = trials("silent", 2_070, 50_000) + trials("ok", 40_000)
    (draft,) = conclude(ASKED, told)
    assert "from port" not in draft.headline
    assert draft.confidence < FACT


def test_ports_that_fail_among_others_that_work_are_no_rule_for_ports() -> None:
    told = trials("silent", 2_070, 32_768, 50_000) + trials("ok", 1_024, 40_000, 60_000)
    (draft,) = conclude(ASKED, told)
    assert (draft.code, draft.confidence) == ("intermittent", POSSIBLE)
    assert "no pattern separates them" in draft.headline
    assert {one.knob: one.verdict for one in draft.helps}["port-range"] == "no"


def test_a_border_among_high_ports_may_be_chance() -> None:
    told = trials("silent", 33_000, 34_000) + trials("ok", 40_000, 60_000)
    (draft,) = conclude(ASKED, told)
    assert (draft.code, draft.confidence) == ("client-port-blocked", LIKELY)


def test_silence_everywhere_does_not_say_on_which_way_it_is_lost() -> None:
    (draft,) = conclude(ASKED, trials("silent", 2_070, 49_200))
    assert draft.code == "requests-not-arriving"
    assert draft.confidence < FACT
    assert draft.stands_at == "unknown"


def test_who_refuses_is_named() -> None:
    told = trials("refused", 2_070, reporter="10.9.9.9", detail="ICMP prohibited")
    (draft,) = conclude(ASKED, told + trials("ok", 49_200))
    assert draft.headline.startswith("10.9.9.9 rejects")
    assert draft.stands_at == "between"


def test_a_server_that_does_not_listen_is_told_from_a_firewall() -> None:
    told = trials("refused", 2_070, reporter="10.0.1.5", detail="ICMP port")
    (draft,) = conclude(ASKED, told)
    assert "no program listens" in draft.headline
    assert draft.stands_at == "server"


def test_an_answer_from_elsewhere() -> None:
    told = trials("elsewhere", 2_070, reporter="10.0.1.6")
    (draft,) = conclude(ASKED, told)
    assert (draft.code, draft.confidence) == ("wrong-source-address", FACT)


def test_a_missing_file_shows_that_the_way_is_free() -> None:
    told = trials("error", 2_070, 49_200, detail="the server refused with ERROR 1: no")
    (draft,) = conclude(ASKED, told)
    assert (draft.code, draft.is_alarm) == ("file-missing", False)


def test_transfers_that_all_fall_silent_are_cut() -> None:
    (draft,) = conclude(ASKED, trials("cut", 2_070, 49_200, nbytes=34_816))
    assert (draft.code, draft.confidence) == ("path-cut", LIKELY)
    assert "after at most 34,816 bytes" in draft.headline


def test_one_of_many_that_fell_silent_is_loss_at_most() -> None:
    ports = (2_070, 2_071, 2_073, 2_074, 2_075, 2_076, 2_077, 49_200)
    told = trials("ok", *ports, nbytes=65_536) + trials("cut", 2_072, nbytes=34_816)
    (draft,) = conclude(ASKED, told)
    assert (draft.code, draft.is_alarm) == ("loss", False)
    assert draft.confidence < LIKELY
    assert draft.headline.startswith("1 of 9 transfers from 10.0.1.5 stopped")
    assert "at most" not in draft.headline


def test_most_that_fall_silent_are_cut_though_one_went_on() -> None:
    told = trials("cut", 2_070, 2_071, nbytes=512) + trials("ok", 2_072, nbytes=1_024)
    (draft,) = conclude(ASKED, told)
    assert draft.code == "path-cut"
    assert draft.headline.startswith("2 of 3 transfers")
    assert draft.confidence < LIKELY


def test_a_file_that_is_shorter_refutes_no_cut() -> None:
    told = trials("cut", 2_070, nbytes=5_120) + trials("ok", 2_072, 2_073, nbytes=512)
    (draft,) = conclude(ASKED, told)
    assert draft.code == "path-cut"


def test_large_blocks_that_never_come() -> None:
    by_size = sizes((512, "ok"), (1_428, "ok"), (1_468, "stalled"), (8_192, "stalled"))
    (draft,) = conclude(ASKED, trials("ok", 49_200), by_size)
    assert (draft.code, draft.confidence) == ("path-mtu", FACT)
    assert "Blocks of 1428 bytes arrive, blocks of 1468 do not" in draft.headline


def test_small_blocks_that_stall_are_no_matter_of_size() -> None:
    by_size = sizes((512, "stalled"), (1_428, "ok"))
    assert conclude(ASKED, trials("ok", 49_200), by_size) == []


def sets(*told: tuple[str, Outcome], **changes: object) -> list[Trial]:
    return [
        Trial(port=49_200, options=options, outcome=how, **changes)  # type: ignore[arg-type]
        for options, how in told
    ]


def test_options_that_get_no_answer_are_named() -> None:
    by_options = sets(("", "ok"), ("tsize=0", "ok"), ("windowsize=8", "silent"))
    (draft,) = conclude(ASKED, trials("ok", 49_200), (), by_options)
    assert (draft.code, draft.confidence) == ("options-not-understood", LIKELY)
    assert "requests with windowsize," in draft.headline
    assert "--tftp-no-options" in draft.proof


def test_requests_that_are_answered_only_without_options_are_no_matter_of_ports() -> (
    None
):
    asking = trials("silent", 2_070, 49_200, options="tsize=0 blksize=512")
    (draft,) = conclude(ASKED, asking, (), sets(("", "ok")))
    assert draft.code == "options-not-understood"
    assert "tsize and blksize" in draft.headline


def test_silence_of_some_ports_is_no_matter_of_options() -> None:
    low = trials("silent", 2_070, 2_071, options="tsize=0 blksize=512")
    high = trials("ok", 40_000, 49_200, options="tsize=0 blksize=512")
    (draft,) = conclude(ASKED, low + high, (), sets(("", "ok"), ("tsize=0", "ok")))
    assert draft.code == "client-port-blocked"


def test_an_option_that_works_in_another_set_is_not_blamed() -> None:
    by_options = sets(("windowsize=4", "ok"), ("windowsize=4 timeout=5", "silent"))
    (draft,) = conclude(ASKED, trials("ok", 49_200), (), by_options)
    assert "requests with timeout," in draft.headline


def test_options_that_are_refused_are_told_in_the_server_s_words() -> None:
    by_options = sets(("", "ok"), ("blksize=1468", "options"), detail="ERROR 8")
    (draft,) = conclude(ASKED, trials("ok", 49_200), (), by_options)
    assert (draft.code, draft.confidence) == ("options-refused", FACT)
    assert "blksize=1468: ERROR 8" in draft.headline


def test_windows_that_fall_silent_are_a_loss_of_what_comes_at_once() -> None:
    by_options = sets(("", "ok"), ("windowsize=8", "cut"), block_size=512)
    (draft,) = conclude(ASKED, trials("ok", 49_200), (), by_options)
    assert (draft.code, draft.stands_at) == ("loss", "between")
    assert "windowsize of 8 blocks" in draft.headline


def test_large_blocks_in_a_set_that_stall_are_a_matter_of_size() -> None:
    by_options = [
        *sets(("blksize=512", "ok"), block_size=512),
        *sets(("blksize=1468 windowsize=4", "stalled"), block_size=1_468),
        *sets(("windowsize=4", "ok"), block_size=512),
    ]
    (draft,) = conclude(ASKED, trials("ok", 49_200), (), by_options)
    assert draft.code == "path-mtu"


def test_what_was_granted_otherwise_than_asked_is_shown() -> None:
    by_options = sets(("blksize=1468 windowsize=8", "ok"), agreed="blksize=1428")
    text = report_text(ASKED, trials("ok", 49_200), ([], by_options), [])
    assert "by options, from port 49200:" in text
    assert "granted: blksize 1428, no windowsize" in text


def test_without_a_port_to_ask_from_nothing_is_concluded() -> None:
    assert conclude(ASKED, trials("no-port", 69)) == []


def test_the_script_for_others_quotes_names_and_lists_ports() -> None:
    script = equivalents(ASKED, [2_070, 49_200])
    assert "ports='2070 49200'" in script
    assert "'pxe/it'\"'\"'s.0'" in script
    assert "%27" in script


outcomes = st.sampled_from(get_args(Outcome))


def some_trials(*options: str) -> st.SearchStrategy[list[Trial]]:
    trial = st.builds(
        Trial,
        port=st.integers(1, 65_535),
        outcome=outcomes,
        reporter=st.none() | st.just("10.9.9.9"),
        block_size=st.none() | st.integers(8, 65_464),
        options=st.sampled_from(options),
        agreed=st.sampled_from(["", "blksize=512"]),
    )
    return st.lists(trial, max_size=20)


@given(
    by_port=some_trials("tsize=0 blksize=512"),
    by_size=some_trials("tsize=0 blksize=512", "tsize=0 blksize=8192"),
    by_options=some_trials("", "tsize=0", "windowsize=8", "blksize=1468 timeout=5"),
)
def test_whatever_came_there_is_a_report(
    by_port: list[Trial], by_size: list[Trial], by_options: list[Trial]
) -> None:
    drafts = conclude(ASKED, by_port, by_size, by_options)
    text = report_text(ASKED, by_port, (by_size, by_options), drafts)
    assert all(str(trial.port) in text for trial in by_port)
    if any(trial.outcome == "silent" for trial in by_port):
        assert drafts
    if any(trial.outcome == "ok" for trial in by_port):
        assert "whatever our source port" not in text
