"""What trials from many ports mean, from the client's end."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from tftptui.knowledge.probe_text import equivalents, report_text
from tftptui.knowledge.probing import Asked, conclude
from tftptui.telemetry.findings import FACT
from tftptui.telemetry.trials import Outcome, Trial

ASKED = Asked("10.0.1.5", 69, "pxe/it's.0")


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
    assert "from port 40000 they arrive" in draft.headline
    verdicts = {one.knob: one.verdict for one in draft.helps}
    assert verdicts["port-range"] == "no"
    assert "--local-port 2070" in draft.proof


def test_one_silent_port_is_not_stated_as_a_fact() -> None:
    (draft,) = conclude(ASKED, trials("silent", 2_070) + trials("ok", 40_000))
    assert draft.confidence < FACT


def test_mixed_ports_are_not_told_as_a_border() -> None:
    told = trials("silent", 2_070, 50_000) + trials("ok", 40_000)
    (draft,) = conclude(ASKED, told)
    assert "they arrive" not in draft.headline
    assert draft.confidence < FACT


def test_silence_everywhere_does_not_say_on_which_way_it_is_lost() -> None:
    (draft,) = conclude(ASKED, trials("silent", 2_070, 49_200))
    assert draft.code == "requests-not-arriving"
    assert draft.confidence < FACT
    assert draft.stands_at == "unknown"


def test_who_refuses_is_named() -> None:
    told = trials("refused", 2_070, reporter="10.9.9.9", detail="ICMP prohibited")
    (draft,) = conclude(ASKED, told + trials("ok", 49_200))
    assert draft.headline.startswith("10.9.9.9 refuses")
    assert draft.stands_at == "between"


def test_a_server_that_does_not_listen_is_told_from_a_firewall() -> None:
    told = trials("refused", 2_070, reporter="10.0.1.5", detail="ICMP port")
    (draft,) = conclude(ASKED, told)
    assert "nobody listens" in draft.headline
    assert draft.stands_at == "server"


def test_an_answer_from_elsewhere() -> None:
    told = trials("elsewhere", 2_070, reporter="10.0.1.6")
    (draft,) = conclude(ASKED, told)
    assert (draft.code, draft.confidence) == ("wrong-source-address", FACT)


def test_a_missing_file_shows_that_the_way_is_free() -> None:
    told = trials("error", 2_070, 49_200, detail="the server refused with ERROR 1: no")
    (draft,) = conclude(ASKED, told)
    assert (draft.code, draft.is_alarm) == ("file-missing", False)


def test_large_blocks_that_never_come() -> None:
    by_size = sizes((512, "ok"), (1_428, "ok"), (1_468, "stalled"), (8_192, "stalled"))
    (draft,) = conclude(ASKED, trials("ok", 49_200), by_size)
    assert (draft.code, draft.confidence) == ("path-mtu", FACT)
    assert "Blocks of 1428 octets arrive, blocks of 1468 do not" in draft.headline


def test_small_blocks_that_stall_are_no_matter_of_size() -> None:
    by_size = sizes((512, "stalled"), (1_428, "ok"))
    assert conclude(ASKED, trials("ok", 49_200), by_size) == []


def test_without_a_port_to_ask_from_nothing_is_concluded() -> None:
    assert conclude(ASKED, trials("no-port", 69)) == []


def test_the_script_for_others_quotes_names_and_lists_ports() -> None:
    script = equivalents(ASKED, [2_070, 49_200])
    assert "ports='2070 49200'" in script
    assert "'pxe/it'\"'\"'s.0'" in script
    assert "%27" in script


outcomes = st.sampled_from(get_args(Outcome))
some_trials = st.lists(
    st.builds(
        Trial,
        port=st.integers(1, 65_535),
        outcome=outcomes,
        reporter=st.none() | st.just("10.9.9.9"),
        block_size=st.none() | st.integers(8, 65_464),
        options=st.just("tsize=0 blksize=512"),
    ),
    max_size=20,
)


@given(by_port=some_trials, by_size=some_trials)
def test_whatever_came_there_is_a_report(
    by_port: list[Trial], by_size: list[Trial]
) -> None:
    drafts = conclude(ASKED, by_port, by_size)
    text = report_text(ASKED, by_port, by_size, drafts)
    assert all(str(trial.port) in text for trial in by_port)
    if any(trial.outcome == "ok" for trial in by_port):
        assert "whatever our port" not in text
