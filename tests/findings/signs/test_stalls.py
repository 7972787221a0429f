"""How clients quit: probes, refused options, ERRORs, silence midway."""

from typing import Any

import msgspec
import pytest

from tests.support.facts import NOON, completed, facts_of, repeated_request, tried
from tftptui.findings import ends
from tftptui.findings.facts import Facts
from tftptui.findings.registry import judge, notes
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE
from tftptui.telemetry.probe_trials import SEEN_ENOUGH

ABORT = "the client ended it with ERROR 8: User aborted the transfer"
UEFI: dict[str, Any] = {
    "kind": "UEFI PXE (edk2)",
    "asked": [("tsize", "0"), ("blksize", "1468"), ("windowsize", "4")],
}


def left(**changes: Any) -> Any:
    """Return a try that the client ended with an ERROR right after the OACK."""
    given: dict[str, Any] = {
        "phase": "probed",
        "peer_error": 8,
        "error": ABORT,
        "ended": NOON + 0.1,
        "retransmits": 0,
        "timeouts": 0,
        "kind": "",
    }
    return tried(**(given | changes))


def codes(seen: Facts) -> list[str]:
    return [draft.code for draft in notes(seen)]


def test_a_uefi_client_probes_the_size_and_that_is_normal() -> None:
    seen = facts_of(left(**UEFI), now=20.0)
    assert (codes(seen), judge(seen)) == (["size-probe"], None)


def test_the_next_request_with_other_options_shows_a_probe() -> None:
    probe = left(error="the client ended it with ERROR 8: no", phase="failed")
    file = completed(2, 0.2, asked=[("blksize", "1468")])
    assert codes(facts_of(probe, file)) == ["size-probe"]


def test_a_probe_whose_oack_was_repeated_is_still_one() -> None:
    seen = facts_of(left(phase="failed", **UEFI), now=20.0)
    assert (codes(seen), judge(seen)) == (["size-probe"], None)


def refusing(**changes: Any) -> Facts:
    said = "the client ended it with ERROR 8: bad timeout"
    given = {"phase": "failed", "error": said, "asked": [("timeout", "5")]}
    return facts_of(left(agreed=[("timeout", "5")], **(given | changes)), now=20.0)


def test_options_that_a_client_refuses_are_named() -> None:
    draft = judge(refusing())
    assert draft is not None
    assert (draft.code, draft.confidence) == ("options-refused", FACT)
    assert "timeout=5" in draft.headline
    assert draft.remedies[0].command == "--refuse timeout"


def test_after_a_question_for_the_size_it_is_likely_only() -> None:
    draft = judge(refusing(phase="probed"))
    assert draft is not None
    assert draft.confidence == LIKELY


def test_a_moment_is_left_for_the_next_request() -> None:
    (one,) = refusing().tries
    assert judge(facts_of(one, now=1.0)) is None


@pytest.mark.parametrize("code", [0, 8])
def test_a_raspberry_only_looks_whether_the_file_is_there(code: int) -> None:
    look = left(
        phase="failed",
        peer_error=code,
        kind="Raspberry Pi ROM",
        sent_blocks=1,
        acked_blocks=1,
        heard=True,
    )
    seen = facts_of(look, now=20.0)
    assert (codes(seen), judge(seen)) == (["size-probe"], None)


def test_a_client_that_breaks_off_says_why() -> None:
    one = left(
        phase="failed",
        peer_error=3,
        error="the client ended it with ERROR 3: disk full",
        sent_blocks=400,
        acked_blocks=399,
        heard=True,
    )
    draft = judge(facts_of(one))
    assert draft is not None
    assert (draft.code, draft.stands_at) == ("client-aborted", "client")
    assert "block 399 with ERROR 3: disk full." in draft.headline


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"retransmits": 2, "timeouts": 1}, "when its ACK was lost"),
        ({"retransmits": 2}, "ctrl-c"),
        ({"retransmits": 0}, "ctrl-c"),
        ({"retransmits": 2, "timeouts": 1, "kind": "curl"}, "ctrl-c"),
    ],
)
def test_atftp_breaks_off_at_a_repeat_without_anybody_ending_it(
    changes: dict[str, Any], told: str
) -> None:
    given = {"kind": "atftp", "acked_blocks": 40, "sent_blocks": 41, "heard": True}
    draft = judge(facts_of(killed(**(given | changes))))
    assert draft is not None
    assert told in draft.remedies[0].text


def killed(**changes: Any) -> Any:
    """Return a try of atftp that its user stopped midway."""
    given: dict[str, Any] = {
        "phase": "failed",
        "peer_error": 0,
        "error": "the client ended it with ERROR 0: Undefined error code",
        "asked": [("tsize", "0"), ("blksize", "1428")],
        "kind": "atftp",
        "sent_blocks": 400,
        "acked_blocks": 399,
        "heard": True,
    }
    return left(**(given | changes))


def broken_off(**changes: Any) -> Any:
    draft = judge(facts_of(killed(**changes)))
    assert draft is not None
    assert draft.code == "client-aborted"
    return draft


def test_that_somebody_ended_the_program_is_thought_of() -> None:
    assert "was the program ended" in broken_off().remedies[0].text
    assert "free space" in broken_off(peer_error=3).remedies[0].text


def test_what_atftp_minds_is_told_only_where_it_happened() -> None:
    quirk = "the same OACK twice"
    assert quirk not in str(broken_off().evidence)
    assert quirk not in str(broken_off(retransmits=2, acked_blocks=0).evidence)
    assert quirk not in str(broken_off(retransmits=1, oacks_again=1).evidence)
    early = broken_off(retransmits=1, oacks_again=1, acked_blocks=0)
    assert quirk in str(early.evidence)


def test_a_probe_that_has_seen_enough_is_no_trouble() -> None:
    one = left(
        phase="failed",
        peer_error=0,
        error=f"the client ended it with ERROR 0: {SEEN_ENOUGH}",
        sent_blocks=200,
        acked_blocks=128,
        heard=True,
    )
    assert judge(facts_of(one)) is None


def halfway(**changes: Any) -> Any:
    given: dict[str, Any] = {
        "heard": True,
        "sent_blocks": 41,
        "acked_blocks": 40,
        "moved": NOON + 1,
        "timeouts": 5,
        "retransmits": 5,
    }
    return tried(**(given | changes))


def test_silence_in_the_middle_has_many_causes() -> None:
    draft = judge(facts_of(halfway()))
    assert draft is not None
    assert (draft.code, draft.confidence, draft.stands_at) == (
        "client-gone",
        POSSIBLE,
        "unknown",
    )
    assert "block 40" in draft.headline


@pytest.mark.parametrize(
    ("blocks", "lost", "enough"),
    [(1, 0, 4), (40, 0, 5), (40, 10, 6), (7_000, 0, 6), (7_000, 300, 6)],
)
def test_the_more_blocks_the_more_time_outs_in_a_row_are_chance(
    blocks: int, lost: int, enough: int
) -> None:
    def judged(timeouts: int, now: float = 8.5) -> object:
        draft = judge(
            facts_of(
                halfway(
                    acked_blocks=blocks,
                    sent_blocks=blocks + 1,
                    total_size=10_000_000,
                    timeouts=timeouts,
                    retransmits=lost + timeouts,
                    duplicates=2,
                    repeated=NOON + 4,
                ),
                now=now,
            )
        )
        return draft if draft is not None and draft.is_alarm else None

    assert judged(enough - 1) is None
    assert judged(enough) is not None
    assert (judged(enough - 1, now=9.5) is not None) is (enough > 4)


def test_who_breaks_off_after_an_answer_came_twice_refuses_no_option() -> None:
    one = left(
        kind="atftp",
        phase="failed",
        peer_error=0,
        error="the client ended it with ERROR 0: Undefined error code",
        retransmits=1,
        oacks_again=1,
        timeouts=0,
        heard=True,
    )
    draft = judge(facts_of(one, now=20.0))
    assert draft is not None
    assert draft.code == "client-aborted"
    assert any("same OACK twice" in seen.text for seen in draft.evidence)


def test_atftp_may_leave_repeats_unanswered_until_we_have_been_silent() -> None:
    """Observed at 2 % loss: it sent 5 s after our fifth retransmission, by itself.

    That was after 11 s, and after 14 s on a busy machine, where our timeouts are
    longer.
    """
    kind = "tftp-hpa or atftp"
    waiting = judge(facts_of(halfway(kind=kind), now=15.5))
    assert waiting is not None
    assert not waiting.is_alarm
    draft = judge(facts_of(halfway(kind=kind), now=16.5))
    assert draft is not None
    assert draft.code == "client-gone"
    assert judge(facts_of(halfway(kind="curl"), now=9.0)) is not None


def test_a_client_that_repeats_its_acks_is_alive() -> None:
    draft = judge(facts_of(halfway(duplicates=2, repeated=NOON + 4)))
    assert draft is not None
    assert (draft.code, draft.confidence) == ("path-cut", LIKELY)


def test_a_client_that_was_suspended_first_answers_what_has_come_meanwhile() -> None:
    """Seen with windows of 8: its repeated ACKs came a moment before its new ones."""
    back = halfway(duplicates=6, repeating=NOON + 9.9, repeated=NOON + 9.95)
    draft = judge(facts_of(back))
    assert draft is None or draft.code != "path-cut"
    since = halfway(duplicates=6, repeating=NOON + 9.0, repeated=NOON + 9.95)
    draft = judge(facts_of(since))
    assert draft is not None
    assert draft.code == "path-cut"


def test_acks_repeated_with_the_last_progress_only_show_blocks_in_another_order() -> (
    None
):
    """Seen with windows of 8, then the client was suspended."""
    draft = judge(facts_of(halfway(duplicates=2, repeated=NOON + 1.1)))
    assert draft is not None
    assert draft.code == "client-gone"


def test_acks_that_were_repeated_before_the_end_say_nothing() -> None:
    draft = judge(facts_of(halfway(duplicates=2, repeated=NOON + 0.5)))
    assert draft is not None
    assert draft.code == "client-gone"


def test_a_client_that_asks_again_in_vain_is_alive() -> None:
    again = repeated_request(tried(2, 5.0), 7.0)
    draft = judge(facts_of(halfway(phase="abandoned"), again, now=11.5))
    assert draft is not None
    assert draft.code == "path-cut"


def test_who_may_have_everything_is_not_missed() -> None:
    assert judge(facts_of(halfway(sent_blocks=83, acked_blocks=82))) is None


def test_who_has_repeated_an_ack_before_may_have_everything_since() -> None:
    """Like firmware that starts what it has fetched: no program is left to ACK."""
    last: dict[str, Any] = {"sent_blocks": 83, "acked_blocks": 82, "duplicates": 1}
    assert judge(facts_of(halfway(repeated=NOON + 2, **last))) is None
    draft = judge(facts_of(halfway(repeated=NOON + 7, **last)))
    assert draft is not None
    assert draft.code == "path-cut"


def test_who_began_something_else_is_not_gone() -> None:
    assert judge(facts_of(halfway(phase="abandoned", superseded=True))) is None


def test_who_was_ended_to_make_room_is_not_gone() -> None:
    ended: dict[str, Any] = {"phase": "abandoned", "timeouts": 0}
    assert judge(facts_of(halfway(**ended))) is not None
    assert judge(facts_of(halfway(**ended, evicted=True))) is None


def test_a_moment_of_silence_is_no_trouble() -> None:
    assert judge(facts_of(halfway(moved=NOON + 6))) is None


def test_a_single_loss_is_no_trouble() -> None:
    one = halfway(timeouts=1, phase="sending", moved=NOON + 3)
    assert judge(facts_of(one)) is None


def test_few_long_time_outs_are_told_before_chance_is_excluded() -> None:
    """Clients that ask for time-outs of 6 s, as curl does, get few repeats."""
    one = halfway(timeouts=1, phase="sending", kind="curl", agreed=[("timeout", "6")])
    draft = judge(facts_of(one, now=9.5))
    assert draft is not None
    assert (draft.code, draft.confidence) == ("client-gone", POSSIBLE)
    assert not draft.is_alarm
    repeating = msgspec.structs.replace(one, duplicates=1, repeated=NOON + 7)
    draft = judge(facts_of(repeating, now=9.5))
    assert draft is not None
    assert (draft.code, draft.confidence) == ("path-cut", POSSIBLE)
    assert "packets are lost, or the path was cut" in draft.headline
    assert not draft.is_alarm


@pytest.mark.parametrize("phase", ["completed", "aborted"])
def test_the_end_is_no_silence(phase: str) -> None:
    assert judge(facts_of(halfway(phase=phase))) is None


def test_an_error_after_a_stall_leaves_the_cut_that_it_showed() -> None:
    """The client waited, repeated its ACKs, and was stopped then."""
    one = halfway(
        duplicates=4,
        repeated=NOON + 14,
        phase="failed",
        peer_error=0,
        error="the client ended it with ERROR 0: Undefined error code",
        ended=NOON + 20,
    )
    draft = judge(facts_of(one, now=21.0))
    assert draft is not None
    assert draft.code == "path-cut"
    quick = halfway(timeouts=1, phase="failed", peer_error=0, ended=NOON + 2)
    draft = judge(facts_of(quick, now=21.0))
    assert draft is not None
    assert draft.code == "client-aborted"


def test_a_lossy_path_may_lose_many_rounds_before_anybody_is_accused() -> None:
    """Seen at a loss of 10 % each way: the client spoke again after 20 s."""
    lossy = judge(facts_of(halfway(kind="curl", lost=12), now=9.5))
    assert lossy is not None
    assert not lossy.is_alarm
    clean = judge(facts_of(halfway(kind="curl"), now=9.5))
    assert clean is not None
    assert clean.code == "client-gone"


def test_a_silence_at_the_first_large_block_may_be_its_size() -> None:
    first: dict[str, Any] = {"acked_blocks": 0, "sent_blocks": 1, "timeouts": 1}
    large = {"block_size": 1_428, "agreed": [("blksize", "1428")]}
    draft = judge(facts_of(halfway(**first, **large), now=9.5))
    assert draft is not None
    assert "or blocks of 1428 bytes do not arrive" in draft.headline


def test_a_silence_that_is_explained_otherwise_is_no_reply() -> None:
    assert "no longer supports" in ends.answers_again(facts_of(halfway()))
    assert "replies again" in ends.answers_again(facts_of(halfway(timeouts=0)))
