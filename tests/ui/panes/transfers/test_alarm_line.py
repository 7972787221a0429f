"""Alarms without enough room for their headlines."""

import msgspec
import pytest

from tests.support.pictures import frame
from tests.support.screens import LARGE, SMALL, shown
from tests.support.why_scene import finding, founding_case, tries
from tftptui.telemetry.findings import LIKELY
from tftptui.ui.panes.transfers.words import alarm_in_cells, story
from tftptui.ui.store import Store


def store() -> Store:
    filled = Store()
    filled.fold(frame(*tries()))
    return filled


def test_a_headline_that_fits_is_told_whole() -> None:
    assert alarm_in_cells(finding(), store(), 120) == finding().headline


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("client-port-blocked", "Dropped on the path to 10.0.4.37, ports 2070–2072"),
        (
            "answers-blocked",
            "Dropped on the path to 10.0.4.37, ports 2070–2072",
        ),
        ("acks-blocked", "ACKs of 10.0.4.37 are lost on the path to us"),
        (
            "nat-without-helper",
            "NAT drops our replies to 10.0.4.37",
        ),
        ("path-mtu", finding().headline),
    ],
)
def test_what_happens_goes_first_where_it_would_be_cut(code: str, told: str) -> None:
    assert alarm_in_cells(finding(code=code), store(), 67) == told


@pytest.mark.parametrize(
    ("place", "where"),
    [
        ("between-or-client", "before or at"),
        ("client-segment", "at (or just before)"),
    ],
)
def test_the_client_s_own_host_is_not_left_out(place: str, where: str) -> None:
    told = alarm_in_cells(finding(stands_at=place), store(), 67)
    assert told == f"Dropped {where} 10.0.4.37, ports 2070–2072"


def test_what_is_no_fact_is_not_told_as_one() -> None:
    told = alarm_in_cells(finding(confidence=LIKELY), store(), 67)
    assert told.startswith("Likely: Dropped on the path to 10.0.4.37")


def test_forgotten_transfers_leave_the_client() -> None:
    told = alarm_in_cells(finding(), Store(), 67)
    assert told == "Dropped on the path to 10.0.4.37, its ports"


@pytest.mark.parametrize("pane", ["1", "3"])
async def test_it_is_whole_in_a_small_window(pane: str) -> None:
    async with shown(*founding_case(), size=SMALL) as screen:
        await screen.press(pane)
        lines = [line for line in screen.text().splitlines() if "Dropped on" in line]
        told = [line for line in lines if "w why?" in line]
        assert told
        assert all("to 10.0.4.37, ports 2070–2072 " in line for line in told)


def test_others_whom_it_touches_are_counted() -> None:
    clients = ["10.0.4.37", "10.0.4.38", "10.0.4.39"]
    told = alarm_in_cells(finding(clients=clients), store(), 67)
    assert told == "Dropped on the path to 10.0.4.37 and 2 more, ports 2070–2072"


async def test_what_stands_at_a_transfer_speaks_of_this_one() -> None:
    said = {1: "It fell silent at block 11.", 2: "It fell silent at block 22."}
    told = finding(headline="Two fell silent.", transfers=[1, 2], said=said)
    both = msgspec.structs.replace(frame(*tries()[:2]), findings=[told])
    async with shown(both, size=LARGE) as screen:
        assert "╰ It fell silent at block 22." in screen.text()
        assert "at block 11." not in screen.text()
        assert "It fell silent at block 22." in story(tries()[1], None, told)
        await screen.press("enter")
        assert "at block 22." in screen.text()
