import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from tests.support.pictures import NOW, frame, ports
from tests.support.port_scene import exhausted_case
from tftptui.engine.messages import FREE, Frame, Refusal
from tftptui.ui.bars.refusals import RECENT, refusal_messages
from tftptui.ui.store import Store

NO_UPLOADS = "uploads are off"


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


def lines(store: Store, now: float, width: int = 138) -> list[str]:
    return [one.say(width).rstrip() for one in refusal_messages(store, now)]


def told(*refusals: Refusal, width: int = 138, now: float = NOW) -> str:
    store = Store()
    store.fold(frame(refusals=list(refusals), ports=ports()))
    return next(iter(lines(store, now, width)), "")


def exhausted(case: Frame, width: int) -> str:
    store = Store()
    store.fold(case)
    (line,) = lines(store, NOW, width)
    return line


def test_a_full_range_is_told_with_its_remedy() -> None:
    who = "3 requests from 2 clients refused in 60 s"
    remedy = "r ↓ enter widens the range to 40000–40019"
    state = "✗ no free port: all 10 are in use"
    assert exhausted(exhausted_case(), 138) == f"{state} · {who} · {remedy}"
    assert exhausted(exhausted_case(), 60) == f"{state} · r widens the range"
    assert exhausted(exhausted_case(), 40) == state


def test_a_range_that_was_full_a_moment_ago_is_told_with_its_remedy() -> None:
    case = exhausted_case()
    assert case.ports
    again = replace(case, ports=replace(case.ports, states=bytes([FREE] * 10)))
    who = "✗ 3 requests from 2 clients refused in 60 s: no free port in 40000–40009"
    assert exhausted(again, 138).startswith(f"{who} · r ↓ enter widens")
    assert exhausted(again, 50) == "✗ 3 requests refused in 60 s: no free port in …"


@pytest.mark.parametrize("width", [138, 78, 60])
def test_a_name_that_climbs_out_is_told_whole(width: int) -> None:
    out = refusal("outside-root", "outside the root, not served")
    climbing = replace(out, file="../../etc/passwd")
    line = told(climbing, width=width)
    assert line.startswith("✗ ../../etc/passwd to 10.0.4.22 refused: ")
    assert "outside" in line
    assert "…" not in line
    assert "2 refused in 30 s, last ../../etc/passwd" in told(
        climbing, climbing, width=78
    )


def test_an_upload_is_told_with_its_remedy() -> None:
    one = replace(refusal("denied", NO_UPLOADS), direction="write")
    assert told(one) == (
        f"✗ upload of x.cfg from 10.0.4.22 refused: {NO_UPLOADS} · P allows them"
    )
    assert told(one, width=78).endswith(" · P allows them")


def test_an_upload_that_is_refused_for_another_reason_is_one() -> None:
    one = replace(refusal("denied", "the file is there already"), direction="write")
    assert told(one) == (
        "✗ upload of x.cfg from 10.0.4.22 refused: the file is there already"
    )


@pytest.mark.parametrize("changed", ["write", "capture"])
def test_what_another_policy_refused_is_told_no_more(changed: str) -> None:
    store = Store()
    before = {"write": "off", "capture": None}
    denied = refusal("denied", NO_UPLOADS)
    store.fold(frame(refusals=[denied], settings=before))
    store.fold(frame(time=NOW + 1, settings=before | {changed: "new"}))
    assert bool(lines(store, NOW + 1)) == (changed == "capture")
    store.fold(frame(time=NOW + 2, refusals=[refusal("denied", "denied", at=2)]))
    assert lines(store, NOW + 2)


def test_others_are_told_by_name() -> None:
    busy = refusal("limit", "the server is busy: 9 of 9 transfers")
    assert told(busy) == (
        "✗ x.cfg to 10.0.4.22 refused: the server is busy: 9 of 9 transfers"
    )
    assert told(busy, busy).startswith("✗ 2 requests refused in 30 s, last x.cfg")


def test_each_kind_is_told_the_most_frequent_first() -> None:
    busy, upload = refusal("limit", "the server is busy"), refusal("denied", NO_UPLOADS)
    store = Store()
    store.fold(frame(refusals=[upload, busy, busy]))
    first, then = lines(store, NOW)
    assert "the server is busy" in first
    assert "upload" in then


def test_old_ones_and_missing_files_are_not_told() -> None:
    assert told(refusal("not-found", "file not found")) == ""
    old = refusal("limit", "busy")
    assert told(old, now=NOW + RECENT + 1) == ""


@pytest.mark.parametrize("width", range(20, 140, 7))
def test_it_fits_any_width(width: int) -> None:
    long = refusal("denied", NO_UPLOADS, file="a/" + "b" * 90)
    assert cell_len(told(long, width=width)) <= width


def test_what_a_demos_step_before_refused_is_told_no_more() -> None:
    store = Store()
    store.fold(frame(refusals=[refusal("limit", "busy")], ports=ports()))
    assert lines(store, NOW + 5)
    store.scene_since = NOW + 3
    assert lines(store, NOW + 5) == []
