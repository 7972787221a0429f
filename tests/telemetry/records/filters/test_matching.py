from dataclasses import astuple
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.filter_texts import FILTERS
from tests.support.pane_host import Noted, record
from tests.support.pictures import NOW, view
from tftptui.telemetry.records.columns import Columns
from tftptui.telemetry.records.filters.matching import Matcher, type_of
from tftptui.telemetry.records.filters.parsing import parse
from tftptui.telemetry.records.filters.terms import Filter, Term
from tftptui.telemetry.records.filters.texts import host_test, text_test
from tftptui.telemetry.records.ring import LAYOUT, Flag, Kind, PacketRecord
from tftptui.telemetry.views import TransferView

TRANSFERS = {
    1: view(1, client="10.0.4.37", file="pxe/pxelinux.0", kind="Intel boot ROM"),
    2: view(2, client="2001:db8::22", file="board/u-boot.img", block_size=1428),
}
OTHER = {"transfer": 2, "client_tid": 50_000, "server_tid": 40_017}
SCENE: list[Noted] = [
    (record(Kind.RRQ, -9, server_tid=69), "pxe/pxelinux.0 octet tsize=0"),
    (record(Kind.OACK, -8, attempt=2), "tsize=42012"),
    (record(Kind.DATA, -7, block=17, count=16, **OTHER), ""),
    (record(Kind.ACK, -6, block=32, nbytes=4, flags=Flag.DUPLICATE, **OTHER), ""),
    (record(Kind.DATA, -5, block=33, nbytes=77, flags=Flag.LAST, **OTHER), ""),
    (record(Kind.RRQ, -4, transfer=0, server_tid=69), "10.0.9.7 Grub.CFG octet"),
    (record(Kind.STRAY, -3), "from 10.0.9.99:4711, not our client"),
    (record(Kind.DATA_RECEIVED, -2, transfer=77, block=1, nbytes=512), ""),
]
"""Numbered from 100 on."""


def columns(scene: list[Noted]) -> Columns:
    notes = {100 + place: note for place, (_, note) in enumerate(scene) if note}
    packed = b"".join(LAYOUT.pack(*astuple(one)) for one, _ in scene)
    return Columns(packed, 100, lambda _first, _end: notes)


def found(text: str, transfers: dict[int, TransferView] = TRANSFERS) -> list[int]:
    """Return which packets of the scene match a filter, counted from 0."""
    wanted = parse(text)
    assert isinstance(wanted, Filter)
    scene = columns(SCENE)
    chosen = scene.chosen(Matcher([wanted], transfers, NOW).mask(scene))
    return [number - 100 for number in chosen]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("type:rrq", [0, 5]),
        ("type:data,ack", [2, 3, 4, 7]),
        ("retrans", [1]),
        ("dup", [3]),
        ("last", [4]),
        ("trouble", [1, 6]),
        ("sent", [1, 2, 4]),
        ("received", [0, 3, 5, 6, 7]),
        ("!type:rrq !type:data", [1, 3, 6]),
        ("type:rrq or dup", [0, 3, 5]),
        ("client:10.0.4.37", [0, 1, 6]),
        ("client:10.0.0.0/16", [0, 1, 5, 6]),
        ("client:2001:db8::/64", [2, 3, 4]),
        ("client:10.0.4.3", []),
        ("client:10.0.9.7", [5]),
        ("file:*.img", [2, 3, 4]),
        ("file:pxelinux*", [0, 1, 6]),
        ("file:grub.cfg", [5]),
        ("file:grub.CFG", []),
        ("file:octet", []),
        ("kind:boot", [0, 1, 6]),
        ("server:10.0.1.5", [0, 1, 2, 3, 4, 6]),
        ("port:69", [0, 5]),
        ("client-port:2070-2079", [0, 1, 5, 6, 7]),
        ("server-port:40017", [2, 3, 4]),
        ("block:20", [2]),
        ("block:32", [2, 3]),
        ("block:1-", [2, 3, 4, 7]),
        ("block:0", []),
        ("size:22848", [2]),
        ("size:77", [4]),
        ("attempt:2-", [1]),
        ("transfer:77", [7]),
        ("since:5s", [4, 5, 6, 7]),
        ("until:5s", [0, 1, 2, 3, 4]),
        ("tsize", [0, 1]),
        ("note:4711", [6]),
        ("10.0.4", [0, 1, 6]),
        ("u-b*t", [2, 3, 4]),
        ("OACK", [1]),
    ],
)
def test_it_finds(text: str, numbers: list[int]) -> None:
    assert found(text) == numbers


def test_a_clock_time_means_today_or_yesterday() -> None:
    clock = datetime.fromtimestamp(NOW - 5).astimezone().strftime("%H:%M:%S")
    assert found(f"since:{clock}") == [4, 5, 6, 7]
    later = datetime.fromtimestamp(NOW + 3_600).astimezone().strftime("%H:%M:%S")
    assert len(found(f"since:{later}")) == len(SCENE)


@given(FILTERS)
def test_negation_finds_the_others(wanted: Filter) -> None:
    scene = columns(SCENE)
    for terms in wanted.choices:
        for term in terms:
            turned = Term(term.test, not term.negated)
            masks = [
                Matcher([Filter(((one,),))], TRANSFERS, NOW).mask(scene)
                for one in (term, turned)
            ]
            assert [a + b for a, b in zip(*masks, strict=True)] == [1] * len(SCENE)


@given(FILTERS, st.integers(0, len(SCENE)))
def test_it_finds_the_same_in_slices(wanted: Filter, cut: int) -> None:
    matcher = Matcher([wanted], TRANSFERS, NOW)
    parts = [matcher.mask(columns(part)) for part in (SCENE[:cut], SCENE[cut:])]
    assert b"".join(parts) == matcher.mask(columns(SCENE))


def test_several_filters_hold_together() -> None:
    wanted = [parse(text) for text in ("type:data or dup", "", "transfer:2")]
    filters = [one for one in wanted if isinstance(one, Filter)]
    scene = columns(SCENE)
    mask = Matcher(filters, TRANSFERS, NOW).mask(scene)
    assert [number - 100 for number in scene.chosen(mask)] == [2, 3, 4]


def test_what_becomes_known_later_is_noticed() -> None:
    transfers = dict(TRANSFERS)
    wanted = parse("kind:iPXE")
    assert isinstance(wanted, Filter)
    matcher = Matcher([wanted], transfers, NOW)
    matcher.mask(columns(SCENE))
    assert not matcher.changed()
    transfers[2] = view(2, kind="iPXE")
    assert matcher.changed()


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_has_a_type_that_finds_it(kind: Kind) -> None:
    one: PacketRecord = record(kind)
    wanted = parse(f"type:{type_of(kind)}")
    assert isinstance(wanted, Filter)
    assert Matcher([wanted], {}, NOW).mask(columns([(one, "")])) == b"\1"


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("boot", "u-BOOT.img", True),
        ("Boot", "u-boot.img", False),
        ("*.img", "a.img.gz", False),
        ("a?c", "abc", False),
        ("a?c", "xa?cx", True),
        ("[b]", "a[b]c", True),
        ("*a*a*b", "a" * 5_000, False),
    ],
)
def test_texts_are_compared_as_people_expect(
    pattern: str,
    text: str,
    is_found: bool,  # noqa: FBT001 - a table
) -> None:
    assert text_test(pattern)(text) is is_found


def test_many_stars_find_nothing_in_no_time() -> None:
    assert not text_test("*a" * 60 + "*b")("a" * 256)


def test_an_address_written_differently_is_the_same() -> None:
    assert host_test("2001:DB8:0:0::1")("2001:db8::1")
