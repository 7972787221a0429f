"""A missing file stays reported as long as it is requested."""

import msgspec

from tests.support.facts import completed, refused
from tests.support.seen import Seen
from tftptui.telemetry.events import Found


def miss(seen: Seen, name: str, reason: str = "not-found") -> None:
    event = refused(reason, file=name, message=reason, client_tid=2_070)
    seen.findings.take(msgspec.structs.replace(event, time=seen.clock.wall()))


def told(seen: Seen) -> list[str]:
    return [one.code for one in seen.events if isinstance(one, Found)]


def withdrawn(seen: Seen) -> list[str]:
    seen.standing()
    return [one.withdrawn for one in seen._told.values()]


def test_who_asks_too_often_hears_of_each_name_once() -> None:
    seen = Seen()
    for turn in range(60):
        reason = "rate" if turn % 6 else "not-found"
        for name in ("a.img", "b.img", "c.img"):
            miss(seen, name, reason)
        seen.look(0.2)
    seen.look(1.0)
    assert told(seen) == ["file-missing"] * 3
    (first, *_) = seen.standing()
    assert first.evidence[0].text.startswith("requested 10 times")


def test_a_board_that_asks_on_stays_told_with_all_that_it_asked() -> None:
    seen = Seen()
    for _ in range(5):
        miss(seen, "C0A80001.img")
        seen.look(4.0)
    for _ in range(3):
        miss(seen, "C0A80001.img")
        seen.look(30.0)
    assert told(seen) == ["file-missing"]
    (found,) = seen.standing()
    assert found.headline == "10.0.4.37 requested C0A80001.img: no such file."
    assert found.evidence[0].text.startswith("requested 8 times")
    assert "its own address in hex" in found.evidence[1].text


def test_what_nobody_asks_for_any_more_is_said_to_be_so() -> None:
    seen = Seen()
    miss(seen, "a.img")
    for _ in range(70):
        seen.look(10.0)
    assert withdrawn(seen) == ["it is no longer requested"]


def test_what_is_served_is_there() -> None:
    seen = Seen()
    miss(seen, "a.img")
    seen.look(3.0)
    seen.begin(completed(1, 4.0, file="a.img"))
    seen.look(1.0)
    assert withdrawn(seen)[0].startswith("the file exists now")
