"""From a transfer's records to the items of a ladder: pure functions."""

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.ladder_scene import (
    a_blocked_one,
    a_lossy_transfer,
    request,
    windows,
)
from tests.support.pane_host import Noted, record
from tftptui.telemetry.records.ring import LAYOUT, Flag, Kind, PacketRecord
from tftptui.ui.kit.plots import bars, squeezed
from tftptui.ui.ladder import items
from tftptui.ui.ladder.items import Arrow, Fold, Ladder, Pause
from tftptui.ui.ladder.series import SLOTS, Series
from tftptui.ui.ladder.words import fold_text


def laddered(rungs: list[Noted]) -> Ladder:
    ladder = Ladder()
    for number, (one, note) in enumerate(rungs):
        ladder.add(number, as_kept(one), note)
    return ladder


def as_kept(one: PacketRecord) -> PacketRecord:
    """Return a record as returned by the ring: its kind is a number."""
    return PacketRecord(*LAYOUT.unpack(LAYOUT.pack(*astuple(one))))


def kinds(ladder: Ladder) -> str:
    """Return the items as letters: arrows (lower case: unanswered), pauses, folds."""
    return "".join(
        ("u" if item.unanswered else "A") if isinstance(item, Arrow) else
        "P" if isinstance(item, Pause) else "F"
        for item in ladder.items
    )  # fmt: skip


def test_windows_fold_after_the_first() -> None:
    ladder = laddered(windows(275))
    assert kinds(ladder) == "AAF"
    fold = ladder.items[-1]
    assert isinstance(fold, Fold)
    assert (fold.first, fold.last, fold.acks) == (17, 4_400, 274)
    assert fold_text(fold) == "▸ blocks 17–4,400 … ACK 4,400  ×274  1.1 s"


def test_two_windows_are_not_worth_folding() -> None:
    assert kinds(laddered(windows(2))) == "AAAA"


def test_what_is_not_acknowledged_yet_is_not_folded() -> None:
    pending = (record(Kind.DATA, 1.0, block=161, count=16), "")
    steady = windows(10)
    late = (record(Kind.DATA, 20 * 0.002, block=161, count=16), "")
    assert kinds(laddered([*steady, late])) == "AAFA"
    assert kinds(laddered([*steady, pending])) == "AAFPA"


def test_a_lost_window_stands_out_between_folds() -> None:
    assert kinds(laddered(a_lossy_transfer())) == "AAAAAFPuPAAAAFPAA"


def test_what_nobody_answered_is_known_when_it_is_sent_again() -> None:
    ladder = laddered(a_blocked_one())
    assert kinds(ladder) == "AuPuPAPA"
    pauses = [item for item in ladder.items if isinstance(item, Pause)]
    assert [pause.unheard for pause in pauses] == [True, True, False]
    assert [pause.rows for pause in pauses] == [2, 2, 1]


def test_an_ack_of_an_earlier_block_answers_no_data() -> None:
    again = Flag.DUPLICATE
    rungs = [
        (record(Kind.OACK, 0.0), ""),
        (record(Kind.ACK, 0.001, block=0), ""),
        (record(Kind.DATA, 0.002, block=1), ""),
        (record(Kind.ACK, 0.05, block=0, flags=again), ""),
        (record(Kind.DATA, 0.06, block=1, attempt=2), ""),
        (record(Kind.ACK, 0.1, block=0, flags=again), ""),
        (record(Kind.DATA, 0.12, block=1, attempt=3), ""),
        (record(Kind.ACK, 0.13, block=1), ""),
    ]
    assert kinds(laddered(rungs)) == "AAuAuAAA"


def test_what_a_gap_report_asks_for_was_not_answered() -> None:
    sent = [(record(Kind.DATA, 0.01, block=block), "") for block in (1, 2, 3, 4)]
    told = [
        (record(Kind.ACK, 0.02, block=2), ""),
        (record(Kind.DATA, 0.03, block=3, attempt=2), ""),
        (record(Kind.DATA, 0.03, block=4, attempt=2), ""),
        (record(Kind.ACK, 0.04, block=4), ""),
    ]
    assert kinds(laddered([*sent, *told])) == "AAuuAAAA"


def test_an_abandoned_transfer_ends_unanswered() -> None:
    ladder = laddered(a_blocked_one()[:-1])
    ladder.end_unanswered()
    assert kinds(ladder) == "AuPuPu"


def test_a_block_received_again_tells_that_our_ack_was_lost() -> None:
    rungs = [
        (record(Kind.DATA_RECEIVED, 0.0, block=1), ""),
        (record(Kind.ACK_SENT, 0.001, block=1), ""),
        (record(Kind.DATA_RECEIVED, 0.05, block=1, flags=Flag.DUPLICATE), ""),
    ]
    assert kinds(laddered(rungs)) == "AuA"


def test_an_ack_inside_a_window_is_not_folded() -> None:
    rungs = windows(5)
    gap = (record(Kind.DATA, 0.020, block=81, count=16), "")
    partial = (record(Kind.ACK, 0.022, block=85), "")
    assert kinds(laddered([*rungs, gap, partial])) == "AAFAA"


def test_uploads_fold_too() -> None:
    rungs: list[Noted] = []
    for block in range(1, 50):
        rungs.append((record(Kind.DATA_RECEIVED, block * 0.002, block=block), ""))
        rungs.append((record(Kind.ACK_SENT, block * 0.002, block=block), ""))
    assert kinds(laddered(rungs)) == "AAF"


def test_a_slow_link_is_not_all_pauses() -> None:
    rungs = [
        (
            record(Kind.DATA if place % 2 else Kind.ACK, place * 0.3, block=place // 2),
            "",
        )
        for place in range(400)
    ]
    told = laddered(rungs)
    assert sum(isinstance(item, Pause) for item in told.items) < 20


def test_a_fold_opens_into_its_packets() -> None:
    ladder = laddered(windows(10))
    assert ladder.rows == 3
    ladder.open(2, wide=True)
    assert ladder.rows == 3 + 18
    fold, part = ladder.find(5)
    assert isinstance(fold, Fold)
    assert (part, ladder.number_in(fold, part)) == (3, 4)
    ladder.open(7, wide=False)
    assert ladder.rows == 3


def test_trouble_can_be_visited() -> None:
    ladder = laddered(a_lossy_transfer())
    rows = [ladder.next_trouble(0, 1)]
    rows.append(ladder.next_trouble(rows[-1] or 0, 1))
    assert [ladder.find(row or 0)[0].number for row in rows] == [23, 24]
    assert ladder.next_trouble(rows[-1] or 0, 1) == rows[0]
    assert ladder.next_trouble(rows[0] or 0, -1) == rows[-1]
    assert ladder.next_trouble(ladder.rows, 1) == rows[0]
    assert ladder.next_trouble(ladder.rows, -1) == rows[-1]
    assert ladder.next_trouble(rows[-1] or 0, -1) == rows[0]


def test_the_only_trouble_is_found_from_itself() -> None:
    rung = record(Kind.OACK, 0.0, attempt=2)
    ladder = laddered([request(), (rung, "")])
    assert [
        ladder.next_trouble(row, step) for row in (0, 1, 2) for step in (1, -1)
    ] == ([1] * 6)
    assert laddered([request()]).next_trouble(0, 1) is None


def test_only_the_latest_items_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "MOST_ITEMS", 100)
    again = [(record(Kind.OACK, place * 0.01, attempt=2), "") for place in range(250)]
    ladder = laddered(again)
    assert len(ladder.items) <= 100
    assert ladder.forgotten + len(ladder.items) == 250
    assert ladder.find(ladder.rows - 1)[0].number == 249


RUNGS = st.lists(
    st.tuples(
        st.sampled_from(
            [Kind.DATA, Kind.ACK, Kind.OACK, Kind.RRQ, Kind.STRAY, Kind.ACK_SENT]
        ),
        st.integers(0, 4),
        st.integers(1, 3),
        st.sampled_from([1, 1, 1, 2, 3]),
        st.sampled_from([0.001, 0.002, 0.5, 30.0]),
    ),
    max_size=60,
)


@given(RUNGS, st.data())
def test_every_packet_is_in_one_place_and_every_row_has_a_key(
    rungs: list[tuple[Kind, int, int, int, float]], data: st.DataObject
) -> None:
    ladder, time = Ladder(), 0.0
    for number, (kind, block, count, attempt, gap) in enumerate(rungs):
        time += gap
        one = record(kind, time, block=block, count=count, attempt=attempt)
        ladder.add(number, one)
        assert ladder.rows >= 1
    arrows = [item for item in ladder.items if isinstance(item, Arrow)]
    folds = [item for item in ladder.items if isinstance(item, Fold)]
    assert len(arrows) + sum(fold.end - fold.begin for fold in folds) == len(rungs)
    again = sum(attempt > 1 for _, _, _, attempt, _ in rungs)
    assert sum(arrow.record.attempt > 1 for arrow in arrows) == again
    if folds:
        chosen = data.draw(st.sampled_from(folds))
        row = ladder.row_of((chosen.number, chosen.rank, 0))
        assert row is not None
        ladder.open(row, wide=True)
    keys = [ladder.key(row) for row in range(ladder.rows)]
    assert keys == sorted(keys)
    assert [ladder.row_of(key) for key in keys] == [*range(ladder.rows)]


def test_series_measure_rate_round_trip_and_window() -> None:
    series = Series()
    for one, _ in a_lossy_transfer():
        series.add(one)
    nbytes = sum((rate or 0) * series.length for rate in series.rates)
    assert round(nbytes) == 21 * 8_192 + 100
    assert max(trip or 0 for trip in series.trips) == pytest.approx(0.002, abs=1e-4)
    assert max(window or 0 for window in series.windows) == 16
    assert sum(resent or 0 for resent in series.resent) == 16


def test_series_take_a_bounded_number_of_slots() -> None:
    series = Series()
    for place in range(3_000):
        series.add(record(Kind.DATA, place * 0.7, block=place, nbytes=512))
    assert len(series.slots) <= SLOTS
    total = sum((rate or 0) * series.length for rate in series.rates)
    assert round(total) == 3_000 * 512


def test_bars_fill_eighths_and_never_hide_something() -> None:
    assert bars([0, 1, 4, 8], 1) == [" ▁▄█"]
    assert bars([0.001, 16], 2) == [" █", "▁█"]
    assert bars([None, 0.0], 2) == ["  ", "  "]


def test_many_values_are_squeezed_to_their_highest() -> None:
    assert squeezed([1, 9, None, 2, None, None], 3) == [9, 2, None]
    assert squeezed([1, 2], 3) == [1, 2]


def captured(*rungs: Noted) -> Ladder:
    """Return the ladder of two windows without trouble, followed by RUNGS."""
    return laddered([*windows(2, size=1), *rungs])


def seen(
    kind: Kind, at: float, block: int, *, attempt: int = 1, flags: int = 0
) -> Noted:
    return record(kind, at, block=block, attempt=attempt, flags=flags), ""


def test_a_capture_breaks_the_data_that_were_lost_behind_it() -> None:
    again = Flag.DUPLICATE | Flag.LOST_TO_CLIENT
    ladder = captured(
        seen(Kind.DATA, 0.01, 3),
        seen(Kind.ACK, 0.02, 2, flags=again),
        seen(Kind.DATA, 0.03, 3, attempt=2, flags=Flag.LOST_TO_CLIENT),
    )
    assert kinds(ladder) == "AAAAuAA"


def test_a_capture_breaks_the_ack_that_the_server_did_not_get() -> None:
    ladder = captured(
        seen(Kind.DATA, 0.01, 3),
        seen(Kind.ACK, 0.02, 3),
        seen(Kind.DATA, 0.09, 3, attempt=2, flags=Flag.LOST_TO_SERVER),
    )
    assert kinds(ladder) == "AAFAuA"
    fold = ladder.items[2]
    assert isinstance(fold, Fold)
    assert (fold.first, fold.last, fold.acks) == (2, 2, 1)


def test_a_window_taken_out_of_its_fold_leaves_the_rest() -> None:
    lost = seen(Kind.DATA, 0.05, 9, attempt=2, flags=Flag.LOST_TO_SERVER)
    ladder = laddered([*windows(9, size=1), lost])
    assert kinds(ladder) == "AAFAuA"
    fold = ladder.items[2]
    assert isinstance(fold, Fold)
    assert (fold.first, fold.last, fold.acks) == (2, 8, 7)
    assert [ladder.number_in(fold, part) for part in (1, 14)] == [2, 15]


def test_a_capture_breaks_the_block_that_a_gap_report_asks_for() -> None:
    ladder = laddered(
        [
            *(seen(Kind.DATA, 0.01, block) for block in (1, 2, 3, 4)),
            seen(Kind.ACK, 0.02, 2),
            seen(Kind.DATA, 0.03, 3, attempt=2, flags=Flag.LOST_TO_CLIENT),
            seen(Kind.DATA, 0.03, 4, attempt=2),
        ]
    )
    assert kinds(ladder) == "AAuAAAA"
