import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from tests.support.pictures import NOW, frame, ports, status, view
from tests.support.screens import LARGE, SMALL, shown
from tests.support.why_scene import founding_case
from tftptui.engine.messages import Refusal
from tftptui.telemetry.counters import Counters
from tftptui.ui.bars.refusals import RECENT, tell_refusals
from tftptui.ui.store import Store

FULL = "server has no free port in 50000-50009"
NO_UPLOADS = "this server takes no uploads"


def refusal(
    reason: str, message: str, *, file: str = "x.cfg", at: float = 0
) -> Refusal:
    return Refusal(
        time=NOW + at,
        client="10.0.4.22",
        client_tid=2070,
        file=file,
        reason=reason,
        message=message,
    )


def told(*refusals: Refusal, width: int = 138, now: float = NOW) -> str:
    store = Store()
    store.fold(frame(refusals=list(refusals), ports=ports()))
    return tell_refusals(store, now, width)


def test_a_full_range_is_told_with_its_remedy() -> None:
    many = [refusal("ports-exhausted", FULL)] * 24
    assert told(*many) == (
        f"✗ 24 requests refused in the last 30 s: {FULL} · 1 port rests"
        " · r widens the range"
    )
    short = FULL.removeprefix("server has ")
    assert told(*many, width=78) == (
        f"✗ 24 refused in 30 s: {short} · r widens the range"
    )


@pytest.mark.parametrize("width", [138, 78, 60])
def test_a_name_that_climbs_out_is_told_whole(width: int) -> None:
    out = refusal("outside-root", "that lies outside the folder that is served")
    climbing = replace(out, file="../../etc/passwd")
    line = told(climbing, width=width)
    assert line.startswith("✗ ../../etc/passwd to 10.0.4.22 refused: ")
    assert "outside" in line
    assert "…" not in line
    assert "2 refused in 30 s, the last ../../etc/passwd" in told(
        climbing, climbing, width=78
    )


def test_an_upload_is_told_with_its_remedy() -> None:
    one = replace(refusal("denied", NO_UPLOADS), direction="write")
    assert told(one) == (
        f"✗ upload of x.cfg by 10.0.4.22 refused: {NO_UPLOADS} · P allows them"
    )
    assert told(one, width=78).endswith(" · P allows them")


def test_an_upload_that_is_refused_for_another_reason_is_one() -> None:
    one = replace(refusal("denied", "the file is there already"), direction="write")
    assert told(one) == (
        "✗ upload of x.cfg by 10.0.4.22 refused: the file is there already"
    )


@pytest.mark.parametrize("changed", ["write", "capture"])
def test_what_another_policy_refused_is_told_no_more(changed: str) -> None:
    store = Store()
    before = {"write": "off", "capture": None}
    denied = refusal("denied", NO_UPLOADS)
    store.fold(frame(refusals=[denied], settings=before))
    store.fold(frame(time=NOW + 1, settings=before | {changed: "new"}))
    assert bool(tell_refusals(store, NOW + 1, 138)) == (changed == "capture")
    store.fold(frame(time=NOW + 2, refusals=[refusal("denied", "denied", at=2)]))
    assert tell_refusals(store, NOW + 2, 138)


@pytest.mark.parametrize("size", [(60, 15), SMALL, LARGE])
async def test_an_alarm_stays_beside_it(size: tuple[int, int]) -> None:
    denied = frame(refusals=[refusal("denied", NO_UPLOADS)])
    async with shown(*founding_case(), denied, size=size) as screen:
        await screen.press("3")
        assert "w why?" in screen.text()
        assert "refused" in screen.text()


def test_others_are_told_by_name() -> None:
    busy = refusal("limit", "the server is busy: 9 of 9 transfers")
    assert told(busy) == (
        "✗ x.cfg to 10.0.4.22 refused: the server is busy: 9 of 9 transfers"
    )
    assert told(busy, busy).startswith("✗ 2 requests refused in 30 s, the last x.cfg")


def test_several_kinds_are_counted() -> None:
    full, upload = refusal("ports-exhausted", FULL), refusal("denied", NO_UPLOADS)
    assert told(full, upload, full).endswith(" · 1 of other kinds")


def test_old_ones_and_missing_files_are_not_told() -> None:
    assert told(refusal("not-found", "file not found")) == ""
    old = refusal("ports-exhausted", FULL)
    assert told(old, now=NOW + RECENT + 1) == ""


@pytest.mark.parametrize("width", range(20, 140, 7))
def test_it_fits_any_width(width: int) -> None:
    long = refusal("denied", NO_UPLOADS, file="a/" + "b" * 90)
    assert cell_len(told(long, width=width)) <= width


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_refused_clients_are_seen_at_once(size: tuple[int, int]) -> None:
    notice = status(notices=["69 needs a right"])
    many = [refusal("ports-exhausted", FULL)] * 24
    news = frame(
        view(1), status=notice, refusals=many, counters=Counters(started=1, refused=24)
    )
    async with shown(news, size=size) as screen:
        lines = screen.text().splitlines()
    assert "24 refused" in lines[0]
    assert "69 needs a right" in lines[1]
    assert "✗ 24 re" in lines[2]
    assert "r widens the range" in lines[2]


def test_what_a_demos_step_before_refused_is_told_no_more() -> None:
    store = Store()
    store.fold(frame(refusals=[refusal("ports-exhausted", FULL)], ports=ports()))
    assert tell_refusals(store, NOW + 5, 138)
    store.scene_since = NOW + 3
    assert tell_refusals(store, NOW + 5, 138) == ""


async def test_it_goes_when_it_is_old() -> None:
    old = refusal("ports-exhausted", FULL, at=-RECENT + 1)
    async with shown(frame(refusals=[old])) as screen:
        assert screen.main._refused.display
        screen.main._refused._now = lambda: NOW + 2
        screen.main._tick()
        assert not screen.main._refused.display
