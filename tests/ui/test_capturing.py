"""Capturing from the screen, and captures on it."""

import msgspec
import pytest

from tests.support.pictures import frame, status
from tests.support.screens import LARGE, SMALL, shown
from tests.support.scripted_engine import ScriptedEngine
from tftptui.engine.messages import ChangeSettings, Frame, Recording

RECORDING = Recording(path="/srv/all.pcapng", packets=1_234)


def capturing() -> Frame:
    return Frame(time=1, status=msgspec.structs.replace(status(), capture=RECORDING))


def reading(progress: float) -> Frame:
    told = msgspec.structs.replace(
        status(),
        source="capture",
        listeners=[],
        root="/srv/boot.pcap",
        progress=progress,
    )
    return Frame(time=1, status=told)


async def test_p_begins_a_capture_in_this_folder() -> None:
    async with shown(frame()) as screen:
        await screen.press("p")
        (asked,) = screen.wishes
        assert isinstance(asked, ChangeSettings)
        place = asked.changes["capture"]
        assert isinstance(place, str)
        assert place.endswith(".pcapng")
        assert "capturing to" in screen.text()


async def test_p_ends_it_again() -> None:
    async with shown(frame(), capturing()) as screen:
        await screen.press("p")
        assert screen.wishes == [ChangeSettings({"capture": None})]
        assert "capture stopped: /srv/all.pcapng" in screen.text()


async def test_refused_capture_says_why() -> None:
    engine = ScriptedEngine()
    engine.refuse = "the capture can't be written: Permission denied"
    async with shown(frame(), engine=engine) as screen:
        await screen.press("p")
        assert "Permission denied" in screen.text()


@pytest.mark.parametrize(("size", "mark"), [(LARGE, "● rec 1234"), (SMALL, "● rec")])
async def test_header_says_that_it_records(size: tuple[int, int], mark: str) -> None:
    async with shown(frame(), size=size) as screen:
        assert "● rec" not in screen.text()
        await screen.tell(capturing())
        assert mark in screen.text().splitlines()[0]


@pytest.mark.parametrize(
    ("progress", "words"), [(0.42, "▣ capture, read  42%"), (1.0, "▣ capture")]
)
@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_header_says_how_far_a_capture_is_read(
    size: tuple[int, int], progress: float, words: str
) -> None:
    async with shown(reading(progress), size=size) as screen:
        assert words in screen.text().splitlines()[0]


async def test_capture_without_transfers_says_what_to_capture() -> None:
    async with shown(reading(1.0), size=SMALL) as screen:
        assert "No transfer in /srv/boot.pcap." in screen.text()
        assert "host CLIENT and (udp or icmp or icmp6)" in screen.text()
