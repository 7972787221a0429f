"""The rows: filtered, sorted, tries of a boot as one, by client."""

from typing import Any

import pytest

from tests.support.pictures import NOW, frame, view
from tests.support.why_scene import finding
from tftptui.engine.messages import Refusal
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.records.filters.parsing import parse
from tftptui.telemetry.records.filters.terms import Filter
from tftptui.telemetry.records.filters.vocabulary import TRANSFERS
from tftptui.ui.panes.transfers.columns import Shape, Surroundings, all_values
from tftptui.ui.panes.transfers.hosts import ClientHosts
from tftptui.ui.panes.transfers.model import AlarmRow, ClientRow, Row, TransferModel
from tftptui.ui.panes.transfers.words import client_words
from tftptui.ui.store import Store

ROM = "10.77.0.37"


def tries(*numbers: int, phase: Any = "abandoned", **changes: Any) -> list[Any]:
    """Return a boot ROM's tries, 2 s apart, from consecutive ports."""
    return [
        view(
            number,
            phase,
            client=ROM,
            client_tid=2070 + number,
            started=NOW - 60 + 2 * number,
            moved=NOW - 60 + 2 * number,
            asked_at=(NOW - 60 + 2 * number,),
            ended=None if phase == "stalled" else NOW - 50 + number,
            acked_bytes=0,
            acked_blocks=0,
            kind="Intel boot ROM",
            **changes,
        )
        for number in numbers
    ]


def refusal(time: float = NOW - 5, **changes: Any) -> Refusal:
    given: dict[str, Any] = {
        "client": "10.0.4.99",
        "client_tid": 1069,
        "file": "x.cfg",
        "reason": "not-found",
        "message": "no such file",
    }
    return Refusal(time=time, **(given | changes))


def model(*views: Any, **changes: Any) -> TransferModel:
    store = Store()
    store.fold(frame(*views, **changes))
    found = TransferModel(store)
    found.look()
    return found


def wanted(text: str) -> Filter:
    found = parse(text, TRANSFERS)
    assert isinstance(found, Filter)
    return found


def keys(found: TransferModel) -> list[object]:
    return [row.key for row in found.rows]


def test_tries_of_one_boot_are_the_row_of_the_newest() -> None:
    found = model(*tries(1, 2, 3, 4), view(5))
    assert keys(found) == [5, 4]
    row = found.rows[1]
    assert isinstance(row, Row)
    assert (row.tries, row.times, row.is_open) == ((1, 2, 3, 4), 4, False)
    assert found.place_of(2) == 1


def test_the_next_request_after_a_completed_transfer_is_not_a_try() -> None:
    found = model(*tries(1, phase="sending"), *tries(2, phase="completed"))
    found._store.fold(frame(*tries(1, phase="completed"), *tries(3)))
    found.look()
    assert sorted(row.key for row in found.rows if isinstance(row.key, int)) == [
        1,
        2,
        3,
    ]


def test_a_request_for_the_size_is_no_try() -> None:
    found = model(*tries(1, phase="probed"), *tries(2, phase="completed"))
    (row,) = found.rows
    assert isinstance(row, Row)
    assert (row.key, row.times, row.is_open) == (2, 1, False)


def test_a_boot_opens_to_its_tries_and_stays_open_when_it_tries_again() -> None:
    found = model(*tries(1, 2, 3))
    found.open(3, wide=True)
    assert keys(found) == [3, 2, 1]
    found._store.fold(frame(*tries(4)))
    found.look()
    assert keys(found) == [4, 3, 2, 1]
    assert found.parent(2) == 4
    found.open(4, wide=False)
    assert keys(found) == [4]


def test_the_header_counts_boots_and_not_tries() -> None:
    store = Store()
    totals = Counters(started=5, abandoned=4, completed=1)
    store.fold(frame(*tries(1, 2, 3, 4), view(5, "completed"), counters=totals))
    assert (store.of_clients.abandoned, store.of_clients.completed) == (1, 1)
    assert store.of_clients.active == 0


def test_a_boot_that_gets_through_at_last_is_no_failure() -> None:
    store = Store()
    last = tries(3, phase="completed")
    totals = Counters(started=3, abandoned=2, completed=1)
    store.fold(frame(*tries(1, 2), *last, counters=totals))
    assert (store.of_clients.abandoned, store.of_clients.completed) == (0, 1)


def test_boots_are_counted_also_when_their_tries_are_forgotten() -> None:
    store = Store(kept_transfers=2)
    totals = Counters(started=6, abandoned=6)
    store.fold(frame(*tries(1, 2, 3, 4, 5, 6), counters=totals))
    assert store.of_clients.abandoned == 1
    assert len(store.tries_of(6)) == 2


def test_refused_requests_for_the_same_are_one_row() -> None:
    refused = [refusal(NOW - 9), refusal(NOW - 5), refusal(NOW - 4, file="other")]
    found = model(view(1, "completed", ended=NOW - 7), refusals=refused)
    rows = [row for row in found.rows if isinstance(row, Row)]
    assert [(row.view.file, row.times) for row in rows] == [
        ("other", 1),
        ("x.cfg", 2),
        ("pxelinux.0", 1),
    ]


def test_by_client_a_row_stands_for_all_of_one_and_opens() -> None:
    found = model(*tries(1, 2), view(3), view(4, client=ROM, file="b"))
    found.by_client = True
    found.look()
    kinds = [(type(row), row.key) for row in found.rows]
    assert [kind for kind, _ in kinds] == [ClientRow, ClientRow]
    found.open(found.rows[0].key, wide=True)
    assert [key for key in keys(found) if isinstance(key, int)] == [4, 2]
    assert found.parent(2) == found.rows[0].key


def test_a_client_s_row_tells_all_of_its_states() -> None:
    done = [
        view(number, "completed", client=ROM, file=f"{number}") for number in (1, 2)
    ]
    found = model(*done, refusals=[refusal(client=ROM)])
    found.by_client = True
    found.look()
    row = found.rows[0]
    assert isinstance(row, ClientRow)
    told = client_words(row, Store())
    assert told.endswith("3 requests for 3 files: 2 done, 1 refused: no such file")
    assert row.is_trouble
    later = view(3, "completed", client=ROM, file="x.cfg", started=NOW)
    found = model(*done, later, refusals=[refusal(client=ROM)])
    found.by_client = True
    found.look()
    assert not found.rows[0].is_trouble  # type: ignore[union-attr]


def test_an_alarm_stands_below_the_row_that_its_transfer_is_in() -> None:
    numbers = [1, 2, 3]
    found = model(*tries(*numbers), findings=[finding(transfers=numbers)])
    assert [type(row) for row in found.rows] == [Row, AlarmRow]
    found.by_client = True
    found.look()
    assert [type(row) for row in found.rows] == [ClientRow, AlarmRow]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("state:abandoned", [3]), ("client-port:2071", [3]), ("tries:>2", [3])],
)
def test_a_filter_looks_at_each_try(text: str, shown: list[int]) -> None:
    found = model(*tries(1, 2, 3), view(9))
    found.wanted = wanted(text)
    found.look()
    assert keys(found) == shown
    assert (found.shown, found.total) == (1, 2)


def test_trouble_is_gone_through_and_then_what_was_looked_for() -> None:
    found = model(view(5), *tries(1, 2, phase="stalled"), refusals=[refusal()])
    stops = [found.next_stop(-1, 1)]
    stops.append(found.next_stop(stops[0] or 0, 1))
    assert [found.rows[one or 0].key for one in stops] == [2, found.rows[-1].key]
    assert found.next_stop(len(found.rows) - 1, 1) is None
    found.sought = wanted("state:sending")
    assert found.next_stop(-1, 1) == 0
    assert found.is_found(found.rows[0])
    assert not found.is_found(found.rows[1])


@pytest.mark.parametrize(
    ("key", "is_reverse", "order"),
    [
        ("client", False, [3, 2, 1]),
        ("client", True, [1, 2, 3]),
        ("resent", True, [2, 3, 1]),
        ("rtt", False, [1, 3, 2]),
        ("rtt", True, [3, 1, 2]),
        ("file", False, [3, 1, 2]),
    ],
)
def test_rows_are_sorted_by_any_column(
    key: str,
    is_reverse: bool,  # noqa: FBT001 - a table
    order: list[int],
) -> None:
    found = model(
        view(1, client="10.0.0.100", round_trip=0.001, file="b"),
        view(2, client="10.0.0.21", retransmits=9, file="c"),
        view(3, client="9.0.0.3", retransmits=1, round_trip=0.2, file="A"),
    )
    store = found._store
    around = Surroundings(store, ClientHosts(store), lambda: NOW)
    found.order = (all_values(Shape(), around)[key], is_reverse)
    found.look()
    assert keys(found) == order


@pytest.mark.parametrize(
    ("programs", "told"),
    [
        (["curl", "curl"], "curl"),
        (["curl", "GRUB"], "GRUB, curl"),
        (["curl", "GRUB", "iPXE"], "iPXE and 2 others"),
    ],
)
def test_a_client_s_row_names_its_programs(programs: list[str], told: str) -> None:
    views = [
        view(n, client=ROM, file=f"{n}", kind=kind, kind_sure=1.0, started=NOW + n)
        for n, kind in enumerate(programs, 1)
    ]
    found = model(*views)
    found.by_client = True
    found.look()
    row = found.rows[0]
    assert isinstance(row, ClientRow)
    assert client_words(row, Store()).split(" · ")[1] == told
