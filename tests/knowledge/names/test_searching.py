import pytest

from tests.knowledge.names.boots import BEGAN, HEALTHY, ILL, boot
from tftptui.knowledge.names import Attempt, list_of, searches
from tftptui.knowledge.names.lists import PATIENCE

LATER = 3_600.0


def _patience(name: str) -> float:
    found = list_of(name)
    return found.patience if found else PATIENCE


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_boot_raises_no_alarm_at_any_moment(name: str) -> None:
    requests = boot(HEALTHY[name])
    moments = [one.time for one in requests]
    moments += [one.time + _patience(one.name) - 0.1 for one in requests]
    for moment in [*moments, requests[-1].time + LATER]:
        told = [one for one in requests if one.time <= moment]
        assert [one for one in searches(told, moment) if one.is_alarm] == []


@pytest.mark.parametrize("name", HEALTHY)
def test_every_miss_of_a_healthy_boot_is_on_a_list(name: str) -> None:
    missed = [one.name for one in boot(HEALTHY[name]) if not one.found]
    told = searches(boot(HEALTHY[name]), BEGAN + LATER)
    assert sorted(name for one in told for name in one.missing) == sorted({*missed})


@pytest.mark.parametrize("name", ILL)
def test_a_search_that_ends_badly_is_an_alarm(name: str) -> None:
    story, state = ILL[name]
    told = searches(boot(story), BEGAN + LATER)
    assert state in [one.state for one in told]


@pytest.mark.parametrize("name", [one for one in ILL if ILL[one][1] == "stopped"])
def test_a_client_may_take_its_time(name: str) -> None:
    requests = boot(ILL[name][0])
    patience = _patience(requests[-1].name)
    at_once = searches(requests, requests[-1].time + patience - 0.1)
    assert not any(one.is_alarm for one in at_once)


def test_two_boots_are_two_searches() -> None:
    first = boot(ILL["PXELINUX, no default"][0])
    second = [Attempt(one.time + 60, one.name, one.found) for one in first[:-1]]
    second.append(Attempt(second[-1].time + 1, first[-1].name, found=True))
    states = [one.state for one in searches([*first, *second], BEGAN + LATER)]
    assert states == ["empty", "normal"]


def test_words_say_what_happened() -> None:
    told = searches(boot(ILL["PXELINUX, no default"][0]), BEGAN + LATER)
    assert [one.words for one in told] == ["PXELINUX looked for 10 names; none exists"]


@pytest.mark.parametrize(
    "name",
    [
        "pxelinux.0",
        "vmlinuz",
        "u-boot.img",
        "firmware.bin",
        "pxelinux.cfg/../secret",
        "xpxelinux.cfgdefault",
        "notes/default",
        "bootcode.bin",
        "tp_recovery.bin",
        "\\xffstart.elfx",
        "",
    ],
)
def test_other_names_are_on_no_list(name: str) -> None:
    assert list_of(name) is None


@pytest.mark.parametrize(
    "name", ["\\pxelinux.cfg\\default", "/pxelinux.cfg/default", "a/pxelinux.cfg/C0A8"]
)
def test_slashes_count_either_way(name: str) -> None:
    found = list_of(name)
    assert found is not None
    assert found.key == "pxelinux"


@pytest.mark.parametrize(
    ("asked", "now", "is_alarm"),
    [([0.0], 1.0, False), ([0.0], 3.1, True), ([0.0, 2.0], 2.0, True)],
)
def test_the_image_of_u_boot_is_no_list(
    asked: list[float], now: float, *, is_alarm: bool
) -> None:
    attempts = [Attempt(BEGAN + at, "C0A80001.img", found=False) for at in asked]
    (search,) = searches(attempts, BEGAN + now)
    assert search.is_alarm is is_alarm


def test_who_asks_for_the_same_over_and_over_does_not_go_on() -> None:
    attempts = [
        Attempt(BEGAN + at, "boot.scr.uimg", found=False) for at in (0.0, 5.0, 10.0)
    ]
    (search,) = searches(attempts, BEGAN + 10.0)
    assert search.words == "U-Boot looks for 1 name again and again"
