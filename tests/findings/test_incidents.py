"""A cause is reported once, with all affected clients, as long as there are any."""

from typing import Any

import pytest

from tests.support.facts import (
    CLIENT,
    NOON,
    completed,
    refused,
    repeated_request,
    tried,
)
from tests.support.seen import Seen
from tftptui.findings.incidents import MOST_JOINED
from tftptui.telemetry.findings import FACT, LIKELY
from tftptui.telemetry.ttl_walks import Hop, Location, Walk
from tftptui.telemetry.views import TransferView

OTHER = "10.0.4.38"


@pytest.fixture
def seen() -> Seen:
    return Seen()


def in_vain(number: int, at: float = 0.0, **changes: Any) -> TransferView:
    """Return a try whose replies do not arrive."""
    return repeated_request(tried(number, at, retransmits=3, **changes), at + 2.0)


def stuck(number: int, at: float, size: int) -> TransferView:
    """Return a try with agreed options, whose blocks do not arrive."""
    return tried(
        number,
        at,
        client_tid=49_200,
        agreed=[("blksize", str(size))],
        block_size=size,
        heard=True,
        sent_blocks=1,
        timeouts=8,
        duplicates=3,
        kind="",
        kind_sure=0.0,
    )


def over(seen: Seen, view: TransferView, at: float) -> None:
    view.phase, view.ended = "abandoned", NOON + at
    seen.end(view)


def test_two_files_that_one_client_does_not_get_have_one_cause(seen: Seen) -> None:
    seen.begin(in_vain(1))
    seen.begin(in_vain(2, file="ldlinux.c32"))
    seen.look(4.0)
    (found,) = seen.standing()
    assert (found.code, found.transfers) == ("answers-blocked", [1, 2])
    assert found.clients == [CLIENT]
    assert found.files == ["pxelinux.0", "ldlinux.c32"]
    assert found.evidence[-1].text.startswith("also: 2 requests for ldlinux.c32")
    assert found.evidence[-1].transfer == 2


def test_the_clients_of_one_network_have_one_cause(seen: Seen) -> None:
    seen.begin(in_vain(1))
    seen.begin(in_vain(2, client=OTHER))
    seen.look(4.0)
    (found,) = seen.standing()
    assert found.clients == [CLIENT, OTHER]
    assert found.headline.endswith("Also affected: 1 other client, on port 2071.")
    assert found.evidence[-1].text.startswith(f"also {OTHER}: 2 requests")


def test_the_remedies_reckon_with_all_of_them(seen: Seen) -> None:
    seen.begin(in_vain(1))
    seen.look(4.0)
    (alone,) = seen.standing()
    assert f"only {CLIENT} was seen" in alone.remedies[0].text
    seen.begin(in_vain(2, client=OTHER))
    seen.look(4.0)
    seen.look(1.0)
    (found,) = seen.standing()
    assert f"{CLIENT} and {OTHER} were seen" in found.remedies[0].text


def test_another_network_is_another_way(seen: Seen) -> None:
    seen.begin(in_vain(1))
    seen.begin(in_vain(2, client="10.0.9.38"))
    seen.look(4.0)
    assert [one.clients for one in seen.standing()] == [[CLIENT], ["10.0.9.38"]]


def test_who_comes_later_is_told_with_the_others(seen: Seen) -> None:
    seen.begin(in_vain(1))
    seen.look(4.0)
    seen.begin(in_vain(2, client=OTHER))
    seen.look(4.0)
    (found,) = seen.standing()
    assert (found.number, found.transfers) == (1, [1, 2])


def test_it_holds_until_the_last_has_got_its_file(seen: Seen) -> None:
    seen.begin(in_vain(1))
    seen.begin(in_vain(2, client=OTHER))
    seen.look(4.0)
    seen.begin(completed(3, 6.0, client_tid=2_071))
    seen.look(2.0)
    (found,) = seen.standing()
    assert (found.client, found.transfers) == (OTHER, [2])
    assert OTHER in found.headline
    seen.begin(completed(4, 8.0, client=OTHER, client_tid=2_072))
    seen.look(2.0)
    assert seen.standing() == []
    assert "third try" in seen.events[-1].because  # type: ignore[attr-defined]


def test_all_whom_it_left_at_once_leave_with_one_word(seen: Seen) -> None:
    for number in range(1, 4):
        seen.begin(in_vain(number, client=f"10.0.4.{number + 10}"))
    before = len(seen.look(4.0))
    for number in range(1, 4):
        client = f"10.0.4.{number + 10}"
        seen.begin(completed(number + 3, 6.0, client=client, client_tid=2_075))
    assert len(seen.look(0.5)) == before + 1
    assert seen.standing() == []


def test_what_is_sure_of_one_is_told_of_all(seen: Seen) -> None:
    seen.begin(in_vain(1))
    seen.begin(in_vain(2, client=OTHER))
    seen.begin(in_vain(3, 3.0))
    seen.look(4.0)
    assert [one.confidence for one in seen.standing()] == [LIKELY]
    seen.begin(completed(4, 6.0, client="10.0.4.40", client_tid=44_669, kind="curl"))
    seen.look(2.0)
    (found,) = seen.standing()
    assert (found.code, found.number) == ("client-port-blocked", 1)
    assert (found.confidence, found.clients) == (FACT, [CLIENT, OTHER])


def test_another_cause_that_shows_later_is_told_by_itself(seen: Seen) -> None:
    seen.begin(in_vain(1))
    seen.begin(in_vain(2, file="ldlinux.c32"))
    seen.look(4.0)
    view = seen.views[2]
    view.asked_address = "10.0.1.6"
    seen.look(2.0)
    codes = [(one.code, one.transfers) for one in seen.standing()]
    assert codes == [("answers-blocked", [1]), ("wrong-source-address", [2])]


def test_a_cause_that_turns_out_to_be_another_s_is_told_there(seen: Seen) -> None:
    seen.begin(in_vain(1, asked_address="10.0.1.6"))
    seen.begin(in_vain(2, file="ldlinux.c32"))
    seen.look(4.0)
    assert len(seen.standing()) == 2
    seen.views[2].asked_address = "10.0.1.6"
    seen.look(2.0)
    (found,) = seen.standing()
    assert (found.code, found.transfers) == ("wrong-source-address", [1, 2])
    told = [getattr(one, "because", "") for one in seen.events]
    assert f"it has the same cause as pxelinux.0 for {CLIENT}" in told


def test_trials_of_a_probe_with_larger_and_larger_blocks_show_one_link(
    seen: Seen,
) -> None:
    seen.begin(completed(1, 0.0, client_tid=49_200, block_size=512, kind=""))
    seen.end(seen.views[1])
    seen.look(1.0)
    for number, size in enumerate((1_428, 1_468, 8_192), start=2):
        at = seen.clock.wall() - NOON
        seen.begin(stuck(number, at, size))
        seen.look(6.0)
        over(seen, seen.views[number], at + 6.0)
        seen.look(1.0)
    (found,) = seen.standing()
    assert (found.number, found.code, found.confidence) == (1, "path-mtu", FACT)
    assert found.transfers == [2, 3, 4]


def test_a_missing_file_is_one_cause_for_all_who_ask_for_it(seen: Seen) -> None:
    for last in range(1, 31):
        seen.findings.take(refused("not-found", client=f"10.{last}.0.{last}"))
    seen.look(1.0)
    (found,) = seen.standing()
    assert len(found.clients) == 30
    assert found.headline.endswith("Also affected: 29 other clients.")
    assert found.evidence[-1].text == "and 23 more cases like these"


def test_a_flood_is_followed_within_bounds(seen: Seen) -> None:
    for last in range(1, 251):
        seen.findings.take(refused("not-found", client=f"10.0.{last}.9"))
    for _ in range(20):
        seen.look(1.0)
    (found,) = seen.standing()
    assert len(found.clients) == MOST_JOINED


def test_what_is_long_past_takes_nobody_in(seen: Seen) -> None:
    seen.begin(in_vain(1))
    seen.look(4.0)
    over(seen, seen.views[1], 5.0)
    seen.look(1.0)
    for _ in range(3):
        seen.look(400.0)
    at = seen.clock.wall() - NOON
    seen.begin(in_vain(2, at, client=OTHER))
    seen.look(4.0)
    assert [one.clients for one in seen.standing()] == [[CLIENT], [OTHER]]


def test_all_is_withdrawn_when_findings_begin_anew(seen: Seen) -> None:
    seen.begin(in_vain(1))
    seen.begin(in_vain(2, client=OTHER))
    seen.look(4.0)
    seen.findings.start_over("the stage is another one")
    assert seen.standing() == []
    seen.begin(in_vain(3, client=OTHER))
    seen.look(4.0)
    assert [one.number for one in seen.standing()] == [2]


def moving(number: int, block: int, **changes: Any) -> TransferView:
    """Return a transfer of a large file that has reached a block."""
    given: dict[str, Any] = {
        "heard": True,
        "acked_blocks": block,
        "sent_blocks": block + 1,
        "total_size": 120_000_000,
        "client_tid": 40_000 + 100 * number,
        "kind": "tftp-hpa or atftp",
        "phase": "sending",
        "timeouts": 0,
        "retransmits": 0,
    }
    return tried(number, 0.1 * number, **(given | changes))


def test_each_of_two_that_stand_still_is_told_with_its_own_block(seen: Seen) -> None:
    for number, block in ((1, 219_040), (2, 86_917)):
        seen.begin(moving(number, block))
    for view in seen.views.values():
        view.phase, view.timeouts, view.retransmits = "stalled", 9, 9
        seen.look(9.0)
    seen.look(1.0)
    (found,) = seen.standing()
    assert found.transfers == [1, 2]
    assert found.headline == (
        f"{CLIENT} stopped replying while it fetched pxelinux.0: it is off, unplugged "
        "or busy, or the path was cut. Also affected: 1 other transfer."
    )
    assert "at block 219,040 of" in found.of(1)
    assert "at block 86,917 of" in found.of(2)
    view = seen.views[1]
    view.phase, view.timeouts, view.moved = "sending", 0, seen.clock.wall()
    seen.look(1.0)
    (left,) = seen.standing()
    assert (left.transfers, left.headline) == ([2], left.of(2))
    assert "86,917" in left.headline


def broken_off(seen: Seen, *numbers: int, said: str = "Undefined error code") -> None:
    for number in numbers:
        seen.begin(moving(number, 100 + number))
    for number in numbers:
        view = seen.views[number]
        view.phase, view.peer_error, view.ended = "failed", 0, NOON + 6.0
        view.error = f"the client ended it with ERROR 0: {said}"
        seen.end(view)


def test_fifty_that_one_hand_ended_are_one_finding_and_few_lines(seen: Seen) -> None:
    broken_off(seen, *range(1, 51))
    codes: list[str] = []
    for _ in range(4):
        codes = seen.look(1.0)
    (found,) = seen.standing()
    assert (found.code, len(found.transfers)) == ("client-aborted", 50)
    assert found.headline == (
        f"{CLIENT} aborted pxelinux.0 with ERROR 0: Undefined error code. "
        "Also affected: 49 other transfers."
    )
    assert "at block 117 with" in found.of(17)
    assert found.evidence[-1].text == "and 43 more cases like these"
    assert len(codes) < 5


def test_who_breaks_off_for_another_reason_is_told_by_itself(seen: Seen) -> None:
    broken_off(seen, 1, 2)
    broken_off(seen, 3, said="disk full")
    seen.look(1.0)
    assert [one.transfers for one in seen.standing()] == [[1, 2], [3]]


def test_a_walk_that_moves_the_place_changes_what_to_do(seen: Seen) -> None:
    seen.begin(in_vain(1))
    seen.begin(in_vain(2, 3.0))
    seen.begin(completed(3, 4.0, client="10.0.4.40", client_tid=44_669, kind="curl"))
    seen.look(5.0)
    (before,) = seen.standing()
    assert (before.code, before.stands_at) == ("client-port-blocked", "between")
    silent = [Hop(ttl=ttl, answer="silent") for ttl in (1, 2, 3)]
    beside = [Hop(ttl=1, answer="reached", sender=CLIENT)]
    seen.findings.located(
        Location(
            transfer=1,
            client=CLIENT,
            suspect=Walk(port=2_070, hops=silent),
            other=Walk(port=49_200, hops=beside),
            is_done=True,
            verdict="the client is the first hop",
        )
    )
    seen.look(1.0)
    (after,) = seen.standing()
    assert (after.number, after.stands_at) == (before.number, "server-segment")
    assert "no router is in between" in after.remedies[0].text
    assert after.evidence[0].text.endswith("the client is the first hop")
