"""BOOTP and DHCP messages: bytes to messages and back."""

from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.capture_files import pcap
from tests.support.tshark import dissect, require_tshark, troubles
from tftptui.wire.dhcp import (
    BROADCAST_FLAG,
    CLIENT_PORT,
    NOBODY,
    SERVER_PORT,
    DhcpMessage,
    MalformedDhcpError,
    MessageType,
    Op,
    Option,
    encode,
    encode_options,
    parse,
)
from tftptui.wire.frames import (
    BROADCAST_MAC,
    IPV4_TYPE,
    UdpPacket,
    build_ethernet,
    build_udp,
)

MAC = bytes.fromhex("525400123456")
MAGIC = b"\x63\x82\x53\x63"
ADDRESSES = st.integers(0, 2**32 - 1).map(IPv4Address)
CODES = st.integers(1, 254).filter(lambda code: code != Option.OVERLOAD)
TEXTS = st.binary(max_size=60).map(lambda text: text.replace(b"\0", b""))
MESSAGES = st.builds(
    DhcpMessage,
    op=st.sampled_from(Op),
    xid=st.integers(0, 2**32 - 1),
    chaddr=st.binary(max_size=16),
    secs=st.integers(0, 65_535),
    flags=st.sampled_from((0, BROADCAST_FLAG)),
    ciaddr=ADDRESSES,
    yiaddr=ADDRESSES,
    siaddr=ADDRESSES,
    giaddr=ADDRESSES,
    sname=TEXTS,
    file=TEXTS,
    options=st.dictionaries(CODES, st.binary(max_size=600), max_size=8).map(
        lambda found: tuple(found.items())
    ),
    hops=st.integers(0, 255),
    htype=st.integers(0, 255),
)


def fixed(
    *, op: int = 1, hlen: int = 6, sname: bytes = b"", file: bytes = b""
) -> bytes:
    """Return the 236 bytes in front of the options."""
    head = bytes([op, 1, hlen, 0]) + bytes(24) + MAC + bytes(10)
    return head + sname.ljust(64, b"\0") + file.ljust(128, b"\0")


def with_options(options: bytes, sname: bytes = b"", file: bytes = b"") -> DhcpMessage:
    return parse(fixed(sname=sname, file=file) + MAGIC + options)


@given(MESSAGES)
def test_what_is_encoded_is_parsed_as_it_was(message: DhcpMessage) -> None:
    assert parse(encode(message)) == message


@given(
    st.one_of(
        st.binary(max_size=400),
        st.builds(
            lambda op, fields, options: bytes([op]) + fields + MAGIC + options,
            st.integers(0, 3),
            st.binary(min_size=235, max_size=235),
            st.binary(max_size=300),
        ),
    )
)
@example(fixed() + MAGIC + b"\x34\1\3" + b"\x35\1")
@example(fixed(file=b"\x34\1\1") + MAGIC + b"\x34\1\1")
def test_any_bytes_give_a_message_that_can_be_written_or_the_documented_error(
    data: bytes,
) -> None:
    try:
        message = parse(data)
    except MalformedDhcpError:
        return
    again = parse(encode(message))
    assert again.options == message.options
    for name in dir(DhcpMessage):
        getattr(message, name)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "0 bytes"),
        (fixed()[:-1], "235 bytes"),
        (fixed(op=3), "op is 3"),
        (fixed(hlen=17), "17 bytes"),
    ],
)
def test_an_error_says_what_is_wrong(data: bytes, why: str) -> None:
    with pytest.raises(MalformedDhcpError, match=why):
        parse(data)


def test_bootp_may_come_without_options_and_cookie() -> None:
    message = parse(fixed(file=b"boot.img\0left over"))
    assert message.is_bootp
    assert (message.has_magic, message.file) == (False, b"boot.img")
    assert parse(encode(message)) == message


def test_options_in_overloaded_fields_follow_the_others() -> None:
    message = with_options(
        b"\x34\1\3\x35\1\2\xff",
        file=b"\x43\4boot\xff",
        sname=b"\x43\4.efi\x42\2ab\xff",
    )
    assert message.boot_file == b"boot.efi"
    assert message.tftp_server_name == b"ab"
    assert (message.file, message.sname) == (b"", b"")
    assert message.option(Option.OVERLOAD) is None


def test_a_long_option_is_split_and_joined() -> None:
    value = bytes(range(256)) * 2
    written = encode_options(((43, value),))
    assert written[:2] == b"\x2b\xff"
    assert with_options(written + b"\xff").option(43) == value


def test_options_that_end_in_the_middle_are_kept_as_far_as_they_are_whole() -> None:
    message = with_options(b"\x35\1\1\x3c\x20PXEClient")
    assert message.type is MessageType.DISCOVER
    assert message.is_cut
    assert message.vendor_class == b""


@pytest.mark.parametrize("code", [0, 52, 255, 256])
def test_options_without_a_value_of_their_own_are_not_written(code: int) -> None:
    with pytest.raises(ValueError, match=str(code)):
        encode_options(((code, b"\1"),))


def test_a_field_that_does_not_fit_is_refused() -> None:
    long = DhcpMessage(op=Op.REPLY, xid=1, chaddr=MAC, file=bytes(129))
    with pytest.raises(ValueError, match="file"):
        encode(long)


def test_options_are_read_as_what_they_are() -> None:
    message = with_options(
        b"\x35\1\3\x32\4\x0a\0\0\x07\x36\4\x0a\0\0\1\x37\3\1\3\x43\x39\2\5\xdc"
        b"\x3c\x09PXEClient\x3d\2\1\2\x42\x08server1\0\x43\5f.efi\x4d\x05\4iPXE"
        b"\x5d\4\0\7\0\x09\x5e\3\1\3\x10\x61\x11\0" + bytes(16) + b"\x33\4\0\0\2\x58"
        b"\x96\x08\x0a\0\0\1\x0a\0\0\2\x2b\5\6\1\x08\xff\0\xff"
    )
    assert message.type is MessageType.REQUEST
    assert message.requested_address == IPv4Address("10.0.0.7")
    assert message.server_id == IPv4Address("10.0.0.1")
    assert (message.parameters, message.max_size) == ((1, 3, 67), 1500)
    assert message.vendor_class == b"PXEClient"
    assert message.client_id == b"\1\2"
    assert message.tftp_server_name == b"server1"
    assert message.boot_file == b"f.efi"
    assert message.user_class == b"iPXE"
    assert message.architectures == (7, 9)
    assert message.network_interface == (1, 3, 16)
    assert message.machine_id == bytes(17)
    assert message.lease_seconds == 600
    assert message.tftp_servers == (IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2"))
    assert message.vendor_options == ((6, b"\x08"),)


def test_the_user_class_of_ipxe_is_plain_text() -> None:
    assert with_options(b"\x4d\4iPXE").user_class == b"iPXE"


def test_addresses_and_numbers_of_a_wrong_length_are_none() -> None:
    message = with_options(b"\x32\3\1\2\3\x39\1\5\x35\1\x63\x96\5\1\2\3\4\5")
    assert message.requested_address is None
    assert message.max_size is None
    assert message.type is None
    assert not message.is_bootp
    assert message.tftp_servers == (IPv4Address("1.2.3.4"),)


def test_tshark_reads_what_we_write(tmp_path: Path) -> None:
    require_tshark()
    discover = DhcpMessage(
        op=Op.REQUEST,
        xid=1,
        chaddr=MAC,
        flags=BROADCAST_FLAG,
        secs=4,
        options=(
            (53, b"\1"),
            (55, bytes([1, 66, 67, 150])),
            (60, b"PXEClient:Arch:00007:UNDI:003016"),
            (93, b"\0\7"),
            (94, b"\1\3\x10"),
            (97, b"\0" + bytes(range(16))),
        ),
    )
    offer = DhcpMessage(
        op=Op.REPLY,
        xid=1,
        chaddr=MAC,
        yiaddr=IPv4Address("10.0.0.7"),
        siaddr=IPv4Address("10.0.0.5"),
        file=b"ipxe.efi",
        options=(
            (53, b"\2"),
            (54, bytes([10, 0, 0, 1])),
            (1, b"\xff\xff\xff\0"),
            (51, b"\0\0\2\x58"),
            (67, b"a" * 300),
        ),
    )
    bootp = DhcpMessage(op=Op.REQUEST, xid=2, chaddr=MAC, has_magic=False)
    capture = tmp_path / "dhcp.pcap"
    capture.write_bytes(pcap(map(_frame, (discover, offer, bootp)), link=1))
    wanted = ["type", "id", "secs", "flags.bc", "ip.your", "ip.server", "file"]
    wanted += ["hw.mac_addr", "option.dhcp", "option.dhcp_server_id"]
    wanted += ["option.vendor_class_id", "option.client_system_architecture"]
    rows = dissect(capture, "dhcp", *(f"dhcp.{field}" for field in wanted))
    mac, pxe = "52:54:00:12:34:56", "PXEClient:Arch:00007:UNDI:003016"
    none = str(NOBODY)
    assert [",".join(row) for row in rows] == [
        f"1,0x00000001,4,1,{none},{none},,{mac},1,,{pxe},7",
        f"2,0x00000001,0,0,10.0.0.7,10.0.0.5,ipxe.efi,{mac},2,10.0.0.1,,",
        f"1,0x00000002,0,0,{none},{none},,{mac},,,,",
    ]
    assert troubles(capture) == []


def _frame(message: DhcpMessage) -> bytes:
    everybody = IPv4Address("255.255.255.255")
    source, ports = NOBODY, (CLIENT_PORT, SERVER_PORT)
    if message.op is Op.REPLY:
        source, ports = IPv4Address("10.0.0.1"), ports[::-1]
    packet = UdpPacket(source, ports[0], everybody, ports[1], encode(message))
    return build_ethernet(BROADCAST_MAC, MAC, IPV4_TYPE, build_udp(packet))
