import pytest

from tests.support.packet_scene import a_blocked_boot_rom, filled, rows_of
from tests.support.pane_host import Noted, hosted, packets, record
from tftptui.telemetry.records.ring import Flag, Kind
from tftptui.telemetry.stray_notes import answer_note, stray_note


def spaced(row: str) -> str:
    """Return a row with the spaces between its columns collapsed."""
    return " ".join(row.split())


async def test_a_retransmission_says_which_and_how_late() -> None:
    pane, store = filled(packets(*a_blocked_boot_rom()))
    async with hosted(pane, store) as shown:
        second, third = (row for row in rows_of(shown) if "R2" in row or "R3" in row)
    assert second.endswith("+1.0 s  R2 ▐")
    assert third.endswith("+3.0 s  R3 ▐")


async def test_a_part_of_a_run_sent_again_is_late_from_the_run_on() -> None:
    run = (record(Kind.DATA, 0, block=17, count=16), "")
    again = (record(Kind.DATA, 0.25, block=20, count=13, attempt=2), "")
    noise = [(record(Kind.DATA, 0.1, block=20, transfer=257), "")] * 5_000
    pane, store = filled(packets(run, *noise, again), kept=10_000)
    async with hosted(pane, store) as shown:
        assert "+250 ms  R2" in shown.row("R2")


@pytest.mark.parametrize(
    ("noted", "words"),
    [
        (
            (record(Kind.RRQ, server_tid=69), "x octet"),
            "← 2070 → 69 RRQ x oct",
        ),
        ((record(Kind.OACK), "tsize=1"), "→ 40007 → 2070 OACK tsize=1"),
        ((record(Kind.DATA, block=7, nbytes=512), ""), "DATA 7 512"),
        ((record(Kind.DATA, block=17, count=16), ""), "17–32 8,192"),
        (
            (record(Kind.DATA, block=78_117, nbytes=9), ""),
            "78,117 9 (wire 12581)",
        ),
        ((record(Kind.DATA, block=1, nbytes=9, flags=2), ""), "1 9 last"),
        ((record(Kind.ACK, block=65_536), ""), "ACK 65,536 (wire 0)"),
        ((record(Kind.ERROR_RECEIVED), "3 disk full"), "ERROR 3 disk full"),
        ((record(Kind.MALFORMED), "7 octets"), "bad 7 octets"),
        ((record(Kind.DATA, block=1, nbytes=9), "no route"), "1 9 no route"),
    ],
)
async def test_a_row_says_what_it_is(noted: Noted, words: str) -> None:
    pane, store = filled(packets(noted))
    async with hosted(pane, store) as shown:
        assert words in spaced(rows_of(shown)[0])


@pytest.mark.parametrize(
    ("noted", "mark"),
    [
        ((record(Kind.ACK, block=1, flags=Flag.DUPLICATE), ""), "D"),
        ((record(Kind.STRAY), "from 10.0.9.99:4711"), "W"),
        ((record(Kind.MALFORMED), "3 octets"), "✗"),
        ((record(Kind.ICMP), "port unreachable"), "!"),
    ],
)
async def test_trouble_has_a_mark(noted: Noted, mark: str) -> None:
    pane, store = filled(packets(noted))
    async with hosted(pane, store) as shown:
        assert rows_of(shown)[0].endswith(mark)


async def test_a_rollover_to_one_has_other_numbers_on_the_wire() -> None:
    pane, store = filled(packets((record(Kind.ACK, block=65_536), "")))
    store.transfers[1].agreed = [("rollover", "1")]
    async with hosted(pane, store) as shown:
        assert "65,536 (wire 1)" in spaced(rows_of(shown)[0])


async def test_the_client_has_a_column_where_there_is_room() -> None:
    noted = (record(Kind.MALFORMED, transfer=0), "10.0.9.77 3 octets")
    pane, store = filled(packets(*a_blocked_boot_rom(), noted))
    async with hosted(pane, store, size=(98, 12)) as shown:
        assert "←  10.0.4.37         2070 → 69     RRQ" in rows_of(shown)[0]
        assert "←  10.0.9.77 " in rows_of(shown)[5]


@pytest.mark.parametrize("width", range(20, 130, 5))
async def test_no_address_is_cut_in_two(width: int) -> None:
    address = "10.0.199.123"
    noted = [(record(Kind.STRAY), f"from {address}:4711, not our client")]
    pane, store = filled(packets(*noted))
    async with hosted(pane, store, size=(width, 6)) as shown:
        row = rows_of(shown)[0]
    assert address in row or "10." not in row


@pytest.mark.parametrize("size", [(78, 6), (138, 6)], ids=["small", "large"])
async def test_a_strangers_ports_are_its_own(size: tuple[int, int]) -> None:
    stranger = "10.0.9.99:4711"
    noted = [
        (record(Kind.STRAY), stray_note(stranger)),
        (record(Kind.ERROR), answer_note(stranger)),
    ]
    pane, store = filled(packets(*noted))
    async with hosted(pane, store, size=size) as shown:
        stray, answer = (spaced(row) for row in rows_of(shown)[:2])
    assert "4711 → 40007" in stray
    assert "40007 → 4711" in answer
    assert "10.0.9.99" in stray
    assert "10.0.9.99" in answer


async def test_a_packet_of_no_transfer_tells_its_ports_and_all_its_words() -> None:
    loose = {"transfer": 0, "server_tid": 69, "client_tid": 50_012}
    text = "ACK without a transfer; ignored"
    pane, store = filled(packets((record(Kind.STRAY, **loose), f"10.0.9.77 {text}")))
    async with hosted(pane, store, size=(138, 6)) as shown:
        assert f"10.0.9.77 50012 → 69 stray {text} W" in spaced(rows_of(shown)[0])


async def test_words_come_before_what_they_answer() -> None:
    note = "0 server has no free port in 40000-40004"
    noted = [
        (record(Kind.RRQ, server_tid=69), "x octet"),
        (record(Kind.ERROR, 0.1, server_tid=69), note),
    ]
    pane, store = filled(packets(*noted))
    async with hosted(pane, store, size=(138, 6)) as shown:
        assert note in rows_of(shown)[1]


@pytest.mark.parametrize("width", range(118, 150))
async def test_what_a_packet_says_never_runs_into_what_it_answers(width: int) -> None:
    noted = [
        (record(Kind.ACK, block=41), ""),
        (record(Kind.DATA, 0.1, block=42, nbytes=28, flags=Flag.LAST), ""),
    ]
    pane, store = filled(packets(*noted))
    async with hosted(pane, store, size=(width, 6)) as shown:
        row = rows_of(shown)[1]
    assert "  ACK 41  " in row
    assert "last  " in row or "last" not in row


async def test_in_a_narrow_pane_who_asked_stands_before_the_end_of_what() -> None:
    loose = {"transfer": 0, "server_tid": 69, "client_tid": 50_012}
    name = "pxe/pxelinux.0 octet tsize=0 blksize=1468 windowsize=16"
    noted = [
        (record(Kind.RRQ, **loose), f"10.0.199.123 {name}"),
        (record(Kind.ERROR, 0.1, **loose), "10.0.199.123 1 file not found"),
        (record(Kind.STRAY, 0.2, **loose), "10.0.199.123 ACK of no transfer"),
    ]
    pane, store = filled(packets(*noted))
    async with hosted(pane, store, size=(78, 8)) as shown:
        asked, answer, stray = (spaced(row) for row in rows_of(shown)[:3])
    assert asked.endswith("RRQ 10.0.199.123 · pxe/pxelinux.0 …")
    assert answer.endswith("ERROR 1 file not found · 10.0.199.123")
    assert "stray 10.0.199.123 · ACK of no" in stray
