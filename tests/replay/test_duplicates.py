"""The same packet captured twice, and a packet sent twice."""

from tftptui.replay.duplicates import Copies
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.capture.links import Place
from tftptui.telemetry.capture.packets import Seen

SERVER, CLIENT = ("10.0.0.9", 40_001), ("10.0.4.37", 2_072)
IN, OUT = (2, 0), (3, 4)


def seen(
    number: int | None, place: Place | None = None, *, time: int = 0, block: int = 1
) -> Seen:
    payload = b"\0\3" + block.to_bytes(2)
    datagram = Datagram(time, SERVER, CLIENT, payload, 516, is_sent=False)
    return Seen(datagram, number, place)


def test_same_number_is_a_copy() -> None:
    copies = Copies()
    assert [copies.is_copy(seen(7, place)) for place in (IN, OUT)] == [False, True]
    assert copies.count == 1


def test_repeat_has_another_number() -> None:
    copies = Copies()
    assert not any(copies.is_copy(seen(number)) for number in (7, 8, 9))


def test_number_that_comes_again_much_later_is_no_copy() -> None:
    copies = Copies()
    times = (0, 2_000_000_000)
    assert not any(copies.is_copy(seen(7, time=time)) for time in times)


def test_number_that_wraps_is_no_copy() -> None:
    copies = Copies()
    assert not any(copies.is_copy(seen(7, block=block)) for block in (1, 2))


def test_without_numbers_the_first_place_counts() -> None:
    copies = Copies()
    places = (IN, OUT, IN, OUT)
    found = [copies.is_copy(seen(None, place)) for place in places]
    assert found == [False, True, False, True]


def test_without_numbers_and_places_all_count() -> None:
    copies = Copies()
    assert not any(copies.is_copy(seen(None)) for _ in range(3))
