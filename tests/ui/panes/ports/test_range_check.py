"""Checks of what is typed into the fields of the range."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pictures import NOW, ports
from tests.support.port_scene import HOST, NO_CURE, blocked_client
from tftptui.engine.messages import Frame, PortMap
from tftptui.ui.panes.ports.model import Scene, scene
from tftptui.ui.panes.ports.presets import presets, wider
from tftptui.ui.panes.ports.range_check import Order, Typed, judge
from tftptui.ui.store import Store

SCENE = Scene(now=ports(), listener=6_969, host=HOST, needed=12)


def scene_of(*frames: Frame) -> Scene:
    store = Store()
    for one in frames:
        store.fold(one)
    return scene(store, NOW)


def typed(first: str, last: str, order: Order = "random", rest: str = "10") -> Typed:
    return Typed(first, last, order, rest)


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        (typed("", "40099"), "“from” needs a port number"),
        (typed("40000", "x"), "“to” needs a port number"),
        (typed("0", "40099"), "0-40099: ports are 1–65535"),
        (typed("1", "65536"), "1-65536: ports are 1–65535"),
        (typed("9", "8"), "9-8: the first port is above the last; did you mean 8-9?"),
        (typed("9", "8000", rest=""), "“reuse delay” needs seconds"),
        (typed("9", "8000", rest="nan"), "reuse delay: 0–3600 s"),
        (typed("9", "8000", rest="3601"), "reuse delay: 0–3600 s"),
        (typed("6969", "6969"), "6969 takes the requests; choose another port"),
    ],
)
def test_what_is_wrong_is_told_and_not_asked(given_: Typed, says: str) -> None:
    verdict = judge(given_, SCENE)
    assert says in verdict.text
    assert verdict.command is None


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        (typed("40000", "40099"), "unchanged"),
        (
            typed("40000", "40099", rest="5"),
            "ports cool down for 5 s after",
        ),
        (
            typed("50000", "50099"),
            "2 transfers keep their port; new transfers use 50000–50",
        ),
        (
            typed("5", "6", "single port"),
            "keep their port; new transfers reply from 6969",
        ),
    ],
)
def test_what_will_happen_is_told_before(given_: Typed, says: str) -> None:
    verdict = judge(given_, SCENE)
    assert says in verdict.text
    assert verdict.command is not None


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        (typed("600", "1200"), "ports below 1024 need root"),
        (typed("50000", "50000"), "only 1 for 2 in use: clients may wait"),
        (
            typed("50000", "50009"),
            "10 ports may be too few: the recent peak was 12",
        ),
        (typed("6000", "7000"), "6969 takes requests: not used"),
        (
            typed("40070", "40099"),
            "in use elsewhere, not used: 40070 dnsmasq (pid 812), 40071 another",
        ),
    ],
)
def test_what_may_surprise_is_told(given_: Typed, says: str) -> None:
    verdict = judge(given_, SCENE)
    assert says in " ".join(verdict.surprises)
    assert says in f"{verdict.short} {' '.join(verdict.surprises[1:])}"
    assert verdict.command is not None


def test_nothing_surprises_in_a_sound_range() -> None:
    assert judge(typed("50000", "50099"), SCENE).surprises == ()


def test_low_ports_are_no_surprise_with_the_right_to_them() -> None:
    host = msgspec.structs.replace(HOST, may_bind_low=True)
    allowed = Scene(now=ports(), host=host)
    assert judge(typed("600", "1200"), allowed).surprises == ()


@pytest.mark.parametrize(
    ("given_", "is_reported"),
    [
        (typed("30000", "32767"), False),
        (typed("30000", "32768"), True),
        (typed("60999", "61000"), True),
        (typed("61000", "62000"), False),
        (typed("1024", "65535"), True),
    ],
)
def test_what_the_system_hands_out_is_noted(given_: Typed, is_reported: bool) -> None:  # noqa: FBT001
    notes = " ".join(judge(given_, SCENE).notes)
    assert ("ephemeral range 32768–60999" in notes) == is_reported


def test_the_firewall_is_told_of_the_new_range_and_all_client_ports() -> None:
    notes = " ".join(judge(typed("50000", "50099"), SCENE).notes)
    assert "between our 50000–50099 and client ports 1024–65535" in notes


def test_a_range_of_ours_is_never_told_to_cure_a_blocked_client_port() -> None:
    found = scene_of(blocked_client())
    first = judge(typed("50000", "50009"), found).surprises[0]
    assert first == "this will not help 10.0.4.37: the block is on the client's port"
    single = judge(typed("50000", "50009", "single port"), found).surprises[0]
    assert single.startswith("this may help 10.0.4.37: ")


def test_several_clients_in_the_same_trouble_are_one_sentence() -> None:
    other = msgspec.structs.replace(NO_CURE, number=2, client="10.0.4.38")
    found = scene_of(blocked_client(), Frame(time=NOW, findings=[other]))
    told = judge(typed("50000", "50999"), found).surprises
    assert told[0].startswith("this will not help 10.0.4.37 and 1 more: ")


def test_all_whom_one_cause_touches_are_counted() -> None:
    clients = ["10.0.4.37", "10.0.4.38", "10.0.4.39"]
    joined = msgspec.structs.replace(NO_CURE, clients=clients)
    found = scene_of(blocked_client(), Frame(time=NOW, findings=[joined]))
    told = judge(typed("50000", "50999"), found).surprises
    assert told[0].startswith("this will not help 10.0.4.37 and 2 more: ")


RANGES = st.tuples(st.integers(1, 65_535), st.integers(1, 65_535)).map(sorted)


@given(RANGES, st.integers(0, 20_000), st.booleans())
def test_each_proposal_is_a_range_that_may_be_used(
    range_: list[int],
    needed: int,
    is_free: bool,  # noqa: FBT001
) -> None:
    first, last = range_
    states = bytes([not is_free]) * (last - first + 1)
    now = PortMap(first=first, last=last, order="random", quarantine=1, states=states)
    found = Scene(now=now, host=HOST, needed=needed)
    for preset in presets(found):
        verdict = judge(preset.typed, found)
        assert verdict.command is not None
        assert not verdict.text.startswith("unchanged")


@given(RANGES, st.integers(0, 20_000))
def test_wider_is_never_less(range_: list[int], needed: int) -> None:
    first, last = range_
    now = PortMap(
        first=first,
        last=last,
        order="random",
        quarantine=1,
        states=bytes(last - first + 1),
    )
    begin, end = wider(Scene(now=now, needed=needed)) or (0, 0)
    assert 1 <= begin <= first
    assert last <= end <= 65_535
