import msgspec

from tests.support.pictures import frame, view
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.ui.exit_summary import farewell, running_forms
from tftptui.ui.store import Store


def test_nothing_is_said_about_nothing() -> None:
    assert farewell(Store()) == []


def test_served_failed_and_running_are_told() -> None:
    store = Store()
    totals = Counters(
        started=9, completed=3, failed=1, abandoned=1, refused=2, bytes_sent=2_000_000
    )
    running = [view(number, file=f"f{number}") for number in range(1, 6)]
    running[1].total_size = None
    store.fold(frame(*running, counters=totals))
    assert farewell(store) == [
        "served 3 of 9 transfers, 2.0 MB sent",
        "1 failed, 1 gave up, 2 requests refused",
        "stopped while running: f1 to 10.0.4.21 (51 %)",
        "stopped while running: f2 to 10.0.4.22 (block 100)",
        "stopped while running: f3 to 10.0.4.23 (51 %)",
        "… and 2 more",
    ]


def test_what_was_uploaded_is_told_besides() -> None:
    store = Store()
    totals = Counters(started=1, completed=1, bytes_received=1_500)
    store.fold(frame(counters=totals))
    (told,) = farewell(store)
    assert told == "served 1 of 1 transfer, 1.5 kB received"
    store.fold(frame(counters=msgspec.structs.replace(totals, bytes_sent=512)))
    assert farewell(store) == ["served 1 of 1 transfer, 512 B sent and 1.5 kB received"]


def test_what_was_aborted_is_told() -> None:
    store = Store()
    store.fold(frame(counters=Counters(started=3, completed=1, aborted=2)))
    assert farewell(store)[1] == "2 aborted"


def test_an_upload_comes_from_its_client() -> None:
    store = Store()
    store.fold(frame(view(1, file="up.cfg", direction="write")))
    (told,) = [line for line in farewell(store) if "running" in line]
    assert told == "stopped while running: up.cfg from 10.0.4.21 (51 %)"
    assert running_forms([*store.transfers.values()]) == ["up.cfg from 10.0.4.21"]


def test_self_tests_are_neither_served_nor_failed() -> None:
    store = Store()
    own = [view(1, "completed", kind=SELF_TEST), view(2, "unconfirmed", kind=SELF_TEST)]
    theirs = view(3, "completed")
    totals = Counters(started=3, completed=2, unconfirmed=1, bytes_sent=900)
    store.fold(frame(*own, theirs, counters=totals))
    assert farewell(store) == ["served 1 of 1 transfer, 900 B sent"]
