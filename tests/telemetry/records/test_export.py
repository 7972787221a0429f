"""Selected packets, saved in each format."""

import csv
import json
from pathlib import Path

import pytest

from tests.support.captured import BEGIN, Log, boot, windows
from tests.support.tshark import dissect, require_tshark, troubles
from tftptui.telemetry.records.export import SaveFormat, save_packets
from tftptui.telemetry.records.ring import NO_TRANSFER, Kind, PacketRecord

ALL = "tftp and not icmp and not icmpv6"


def _saved(folder: Path, format: SaveFormat, *logs: Log) -> Path:  # noqa: A002
    place = folder / f"packets.{format}"
    records = [record for log in logs for record in log.records]
    transfers = {log.transfer.number: log.transfer for log in logs}
    assert save_packets(place, format, records, transfers) == len(records)
    return place


def _loose(kind: Kind, note: str, nbytes: int) -> tuple[PacketRecord, str]:
    record = PacketRecord(
        time=BEGIN,
        transfer=NO_TRANSFER,
        block=0,
        count=1,
        client_tid=2_070,
        server_tid=69,
        nbytes=nbytes,
        kind=kind,
    )
    return record, note


class TestPcapng:
    @pytest.fixture(autouse=True)
    def _tshark(self) -> None:
        require_tshark()

    @pytest.mark.parametrize("v6", [False, True])
    def test_every_packet_is_tftp_and_nothing_is_wrong(
        self, tmp_path: Path, *, v6: bool
    ) -> None:
        capture = _saved(tmp_path, "pcapng", boot(v6=v6))
        assert len(dissect(capture, ALL, "tftp.opcode")) == 9
        assert troubles(capture) == []

    def test_file_and_request_are_known_on_every_packet(self, tmp_path: Path) -> None:
        capture = _saved(tmp_path, "pcapng", boot())
        told = dissect(capture, "tftp.opcode == 3", "tftp.request_frame")
        assert told == [["1"]] * 3

    def test_repeats_are_told_in_words(self, tmp_path: Path) -> None:
        capture = _saved(tmp_path, "pcapng", boot())
        words = dissect(capture, "frame.comment", "tftp.block.full", "frame.comment")
        assert words == [
            ["1", "received again"],
            ["2", "retransmission, attempt 2, 1.0 s after the first"],
        ]

    def test_run_becomes_a_packet_for_each_block(self, tmp_path: Path) -> None:
        capture = _saved(tmp_path, "pcapng", windows())
        told = dissect(capture, "tftp.opcode == 3", "tftp.block.full", "udp.length")
        sizes = ["524"] * 9 + ["112"]
        assert told == [[f"{n + 1}", size] for n, size in enumerate(sizes)]
        assert troubles(capture) == []

    def test_each_transfer_is_an_interface_with_its_story(self, tmp_path: Path) -> None:
        capture = _saved(tmp_path, "pcapng", boot(), windows())
        told = dissect(
            capture, "tftp.opcode == 1", "frame.interface_name",
            "frame.interface_description",
        )  # fmt: skip
        assert told == [
            [
                "transfer 1",
                (
                    "tftptui transfer 1: pxelinux.0, 10.0.4.37 port 2072 ⇄ "
                    "10.0.0.9 port 40017, tsize 2148, blksize 1432"
                ),
            ],
            [
                "transfer 2",
                (
                    "tftptui transfer 2: u-boot.img, 10.0.4.37 port 2073 ⇄ "
                    "10.0.0.9 port 40018, windowsize 4"
                ),
            ],
        ]

    def test_direction_shows(self, tmp_path: Path) -> None:
        capture = _saved(tmp_path, "pcapng", boot())
        ways = dissect(capture, ALL, "frame.packet_flags_direction", "sll.pkttype")
        assert ways[:4] == [
            ["0x00000001", "0"],
            ["0x00000002", "4"],
            ["0x00000001", "0"],
            ["0x00000002", "4"],
        ]

    def test_refusal_is_written_from_its_notes(self, tmp_path: Path) -> None:
        place = tmp_path / "refused.pcapng"
        records = [
            _loose(Kind.RRQ, "10.0.4.37 boot/x y.img octet tsize=0", 30),
            _loose(Kind.ERROR, "10.0.4.37 1 boot/x y.img does not exist", 31),
        ]
        save_packets(place, "pcapng", records, {})
        told = dissect(
            place, ALL, "ip.src", "udp.srcport", "tftp.source_file",
            "tftp.error.message",
        )  # fmt: skip
        assert told[0] == ["10.0.4.37", "2070", "boot/x y.img", ""]
        assert told[1][3] == "boot/x y.img does not exist"

    def test_stranger_has_its_own_address(self, tmp_path: Path) -> None:
        log = boot()
        log.add(Kind.STRAY, 2.0, "from 10.0.9.9:1234, not our client", nbytes=20)
        log.add(Kind.ERROR, 2.0, "5 unknown transfer ID, to 10.0.9.9:1234", nbytes=24)
        capture = _saved(tmp_path, "pcapng", log)
        ends = dissect(
            capture, "frame.number > 9", "ip.src", "udp.srcport", "ip.dst",
            "udp.dstport",
        )  # fmt: skip
        assert ends == [
            ["10.0.9.9", "1234", "10.0.0.9", "40017"],
            ["10.0.0.9", "40017", "10.0.9.9", "1234"],
        ]


@pytest.mark.parametrize(
    ("v6", "sender", "kind"),
    [(False, "10.0.4.1", "icmp"), (True, "2001:db8::1", "icmpv6")],
)
def test_icmp_error_quotes_what_it_is_about(
    tmp_path: Path, *, v6: bool, sender: str, kind: str
) -> None:
    require_tshark()
    log = boot(v6=v6)
    log.add(Kind.ICMP, 2.0, f"port unreachable, says {sender}", nbytes=0)
    log.add(Kind.ICMP, 2.0, "port unreachable, says somebody", nbytes=0)
    capture = _saved(tmp_path, "pcapng", log)
    address = "ipv6.src" if v6 else "ip.src"
    (told,) = dissect(capture, kind, address, f"{kind}.type", "udp.dstport")
    numbers = "1" if v6 else "3"
    assert told == [f"{sender},{log.transfer.server}", numbers, "2072"]
    assert troubles(capture) == []


def test_csv_has_a_row_for_each_record(tmp_path: Path) -> None:
    with _saved(tmp_path, "csv", windows()).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9
    assert rows[3] | {} == {
        "t": "2023-11-14T22:13:23.000000Z",
        "seconds": "1.0",
        "transfer": "2",
        "direction": "out",
        "client": "10.0.4.37",
        "client_tid": "2073",
        "server": "10.0.0.9",
        "server_tid": "40018",
        "type": "DATA",
        "block": "1",
        "wire_block": "1",
        "blocks": "4",
        "octets": "2048",
        "attempt": "1",
        "mark": "",
        "note": "",
    }


def test_csv_gives_a_spreadsheet_no_formula(tmp_path: Path) -> None:
    log = boot()
    log.add(Kind.ERROR_RECEIVED, 2.0, '=HYPERLINK("http://x")')
    with _saved(tmp_path, "csv", log).open(newline="") as file:
        assert list(csv.reader(file))[-1][-1] == '\'=HYPERLINK("http://x")'


def test_json_lines_say_what_was_sent_again(tmp_path: Path) -> None:
    place = _saved(tmp_path, "jsonl", boot())
    told = [json.loads(line) for line in place.read_text().splitlines()]
    again = [row for row in told if row["mark"] == "retransmission"]
    assert [(row["block"], row["attempt"]) for row in again] == [(2, 2)]


def test_markdown_is_a_table_in_which_nothing_is_markup(tmp_path: Path) -> None:
    log = boot()
    log.add(Kind.ERROR_RECEIVED, 2.0, "0 <b>|*gone*|")
    lines = _saved(tmp_path, "md", log).read_text().splitlines()
    assert lines[0].startswith("- Transfer 1: pxelinux.0, 10.0.4.37 port 2072 ⇄")
    assert lines[-1].endswith(r"|  | 0 \<b\>\|\*gone\*\| |")
    columns = {line.replace(r"\|", "").count("|") for line in lines[2:]}
    assert columns == {10}


def test_text_is_a_line_a_packet(tmp_path: Path) -> None:
    log = boot()
    log.add(Kind.ERROR_RECEIVED, 2.0, "0 gone")
    lines = _saved(tmp_path, "txt", log).read_text().splitlines()
    assert len(lines) == len(log.records)
    assert lines[3].split()[1:] == [
        *("10.0.4.37", "2072", "<-", "10.0.0.9", "40017", "DATA", "1", "1432"),
    ]
    again = "10.0.4.37 2072        <- 10.0.0.9 40017         DATA              2"
    assert f"{again}    716  R2" in lines[-3]
    assert lines[-1].endswith("0 gone")


@pytest.mark.parametrize("format", ["pcapng", "csv", "jsonl", "md", "txt"])
def test_what_is_there_is_not_overwritten(tmp_path: Path, format: SaveFormat) -> None:  # noqa: A002
    place = tmp_path / f"packets.{format}"
    place.write_text("mine")
    with pytest.raises(FileExistsError):
        save_packets(place, format, [], {})
    assert place.read_bytes() == b"mine"
    save_packets(place, format, [], {}, overwrite=True)
    assert place.read_bytes() != b"mine"


def test_a_stray_is_a_row_of_its_stranger(tmp_path: Path) -> None:
    log = boot()
    log.add(Kind.STRAY, 2.0, "from 10.0.9.9:1234, not our client", nbytes=20)
    *_, row = _saved(tmp_path, "jsonl", log).read_text().splitlines()
    told = json.loads(row)
    assert (told["client"], told["client_tid"]) == ("10.0.9.9", 1234)
    assert told["server_tid"] == 40_017
