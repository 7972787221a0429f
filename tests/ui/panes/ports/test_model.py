"""How many ports are proposed if there were too few."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pictures import NOW, frame, ports, view
from tests.support.port_scene import HOST, exhausted_case
from tests.ui.panes.ports.test_range_check import scene_of
from tftptui.engine.messages import FREE, USED, Frame, Refusal, TransferView
from tftptui.ui.panes.ports.model import at_once, scene
from tftptui.ui.panes.ports.presets import presets
from tftptui.ui.store import Store


def done(number: int, at: float, lasted: float = 0.01) -> TransferView:
    return view(
        number,
        "completed",
        client="10.0.4.21",
        started=NOW + at,
        ended=NOW + at + lasted,
    )


def portless(number: int, at: float) -> Refusal:
    return Refusal(
        time=NOW + at,
        client="10.0.4.21",
        client_tid=50_000 + number,
        file="a.cfg",
        reason="ports-exhausted",
        message="server has no free port in 40000-40099",
    )


def a_rush(*, got: int, refused: int) -> Frame:
    """Return one client fetching small files back to back, for three seconds."""
    taken = bytes([USED] * 100)
    return frame(
        *(done(number, -2 + number / 100, lasted=1.5) for number in range(1, got + 1)),
        ports=msgspec.structs.replace(ports(), states=taken),
        host_ports=HOST,
        refusals=[portless(number, -2 + number / 100) for number in range(refused)],
    )


def test_those_who_got_no_port_are_reckoned_with() -> None:
    found = scene_of(a_rush(got=100, refused=50))
    assert found.needed == 150
    first = presets(found)[0]
    assert (first.typed.first, first.typed.last) == ("40000", "40224")
    assert first.why == "wider: 225 ports for a recent peak of 150 transfers"


def test_a_proposal_stands_when_the_refusals_are_no_news_any_more() -> None:
    store = Store()
    store.fold(a_rush(got=100, refused=50))
    later = scene(store, NOW + 120)
    assert not later.refused
    assert presets(later)[0].why.startswith("wider: 225 ports")


def test_another_range_than_the_one_that_was_full_is_not_full() -> None:
    case = exhausted_case()
    assert case.ports
    states = bytes([FREE] * 100)
    wide = msgspec.structs.replace(case.ports, last=40_099, states=states)
    widened = scene_of(msgspec.structs.replace(case, ports=wide))
    assert not widened.refused
    assert not widened.is_exhausted


def test_what_asks_again_from_its_port_needs_one_port() -> None:
    again = [portless(1, at) for at in (0, 1, 2, 4)]
    assert at_once([], again) == 1


def test_a_port_that_cools_down_is_available() -> None:
    assert at_once([done(1, 0), done(2, 0.02), done(3, 0.04)], []) == 1


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50))
def test_never_more_than_asked_and_never_none(times: list[float]) -> None:
    views = [done(number, at) for number, at in enumerate(times[::2])]
    refused = [portless(number, at) for number, at in enumerate(times[1::2])]
    assert 1 <= at_once(views, refused) <= len(times)
