"""How many ports are proposed where there were too few."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pictures import NOW, frame, ports, view
from tests.support.port_scene import HOST
from tests.ui.panes.ports.test_range_check import scene_of
from tftptui.engine.messages import QUARANTINED, USED, Frame, Refusal, TransferView
from tftptui.ui.panes.ports.model import at_once, scene
from tftptui.ui.panes.ports.presets import presets
from tftptui.ui.store import Store

REST = 10.0


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
    """One client that fetches small files as fast as it can, in three seconds."""
    taken = bytes([QUARANTINED] * 100)
    return frame(
        *(done(number, -3 + number / 100) for number in range(1, got + 1)),
        ports=msgspec.structs.replace(ports(), states=taken),
        host_ports=HOST,
        refusals=[portless(number, -2 + number / 100) for number in range(refused)],
    )


def test_those_who_got_no_port_are_reckoned_with() -> None:
    found = scene_of(a_rush(got=100, refused=200))
    assert found.needed == 300
    first = presets(found)[0]
    assert (first.typed.first, first.typed.last) == ("40000", "40449")
    assert first.why == "wider: 450 ports, as 300 were wanted at once: each rests 10 s"


def test_a_proposal_stands_when_the_refusals_are_no_news_any_more() -> None:
    rush = a_rush(got=100, refused=200)
    store = Store()
    store.fold(rush)
    later = scene(store, NOW + 120)
    assert not later.refused
    assert presets(later)[0].why.startswith("wider: 450 ports")


@pytest.mark.parametrize(
    ("clients", "words"), [(1, "1 client of"), (2, "2 clients of")]
)
def test_clients_are_counted_in_words(clients: int, words: str) -> None:
    taken = msgspec.structs.replace(ports(), states=bytes([USED] * 100))
    views = [view(n, client=f"10.0.4.{n}") for n in range(1, clients + 1)]
    found = scene_of(frame(*views, ports=taken, host_ports=HOST))
    assert words in presets(found)[0].why


def test_what_asks_again_from_its_port_needs_one_port() -> None:
    again = [portless(1, at) for at in (0, 1, 2, 4)]
    assert at_once([], again, REST) == 1


def test_those_after_the_rest_take_the_same_ports() -> None:
    views = [done(1, 0), done(2, REST + 1), done(3, 2 * REST + 2)]
    assert at_once(views, [], REST) == 1


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50), st.floats(0, 60))
def test_never_more_than_asked_and_never_none(times: list[float], rest: float) -> None:
    views = [done(number, at) for number, at in enumerate(times[::2])]
    refused = [portless(number, at) for number, at in enumerate(times[1::2])]
    assert 1 <= at_once(views, refused, rest) <= len(times)
