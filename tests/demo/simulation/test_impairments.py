"""Lines and their impairments."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.demo.simulation.impairments import (
    Arrival,
    Dice,
    ImpairmentError,
    Impairments,
    Line,
    parse_fault,
)

ACK_3 = b"\0\4\0\3"


def line(impairments: Impairments, seed: int = 1) -> Line:
    made = Line(Dice(seed))
    made.impairments = impairments
    return made


def test_delay_is_how_long_a_packet_is_under_way() -> None:
    assert line(Impairments(delay=0.25)).carry(ACK_3, 32, 10.0) == [Arrival(0.25)]


def test_jitter_keeps_the_order() -> None:
    jittery = line(Impairments(delay=0.1, jitter=0.5))
    arrivals = []
    for number in range(50):
        found = jittery.carry(ACK_3, 32, number * 0.01)
        assert isinstance(found, list)
        arrivals.append(number * 0.01 + found[0].seconds)
    assert arrivals == sorted(arrivals)
    assert arrivals != [0.1 + number * 0.01 for number in range(50)]


def test_bandwidth_makes_packets_wait_for_each_other() -> None:
    slow = line(Impairments(bandwidth=1_000))
    seconds = []
    for _ in range(3):
        found = slow.carry(ACK_3, 100, 0.0)
        assert isinstance(found, list)
        seconds.append(found[0].seconds)
    assert seconds == pytest.approx([0.1, 0.2, 0.3])


def test_what_would_wait_too_long_is_lost() -> None:
    slow = line(Impairments(bandwidth=1_000, queue=0.15))
    found = [slow.carry(ACK_3, 100, 0.0) for _ in range(4)]
    assert [isinstance(each, str) for each in found] == [False, False, True, True]


@pytest.mark.parametrize(("loss", "lost"), [(0.0, 0), (1.0, 100)])
def test_loss_is_a_share(loss: float, lost: int) -> None:
    lossy = line(Impairments(loss=loss))
    found = [lossy.carry(ACK_3, 32, 0.0) for _ in range(100)]
    assert sum(isinstance(each, str) for each in found) == lost


def test_the_same_seed_loses_the_same_packets() -> None:
    def lost(seed: int) -> list[bool]:
        lossy = line(Impairments(loss=0.5), seed)
        return [isinstance(lossy.carry(ACK_3, 32, 0.0), str) for _ in range(64)]

    assert lost(7) == lost(7)
    assert lost(7) != lost(8)


def test_a_held_packet_is_overtaken() -> None:
    first = line(Impairments(delay=0.1, reorder=1.0)).carry(ACK_3, 32, 0.0)
    assert isinstance(first, list)
    assert first[0].is_held
    assert first[0].seconds > 0.1


@pytest.mark.parametrize(
    ("text", "copies"),
    [
        ("lose ACK 3", [0, 1, 1]),
        ("lose ACK 3 x2", [0, 0, 1]),
        ("double ACK *", [2] * 3),
    ],
)
def test_a_fault_happens_as_often_as_it_says(text: str, copies: list[int]) -> None:
    faulty = line(Impairments())
    faulty.faults = [parse_fault(text)]
    found = [faulty.carry(ACK_3, 32, 0.0) for _ in range(3)]
    assert [0 if isinstance(each, str) else len(each) for each in found] == copies


def test_a_fault_takes_no_other_packet() -> None:
    faulty = line(Impairments())
    faulty.faults = [parse_fault("lose ACK 3")]
    for payload in (b"\0\4\0\4", b"\0\3\0\3data", b"\0\5"):
        assert isinstance(faulty.carry(payload, 32, 0.0), list)


@pytest.mark.parametrize(
    "text", ["lose", "eat ACK 3", "lose ACK 3 twice", "lose RRQ 1", "lose HELLO"]
)
def test_what_is_no_fault_is_told_so(text: str) -> None:
    with pytest.raises(ImpairmentError):
        parse_fault(text)


@given(st.text(max_size=30))
def test_any_text_is_a_fault_or_an_error(text: str) -> None:
    with contextlib.suppress(ImpairmentError):
        assert parse_fault(text).text == text.strip()


@pytest.mark.parametrize(
    "changes", [{"loss": 1.5}, {"delay": -1.0}, {"mtu": 10}, {"bandwidth": 0}]
)
def test_nonsense_is_told_so(changes: dict[str, float]) -> None:
    with pytest.raises(ImpairmentError):
        Impairments(**changes)  # type: ignore[arg-type]
