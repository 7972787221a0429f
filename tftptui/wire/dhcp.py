"""BOOTP and DHCP messages: parse and encode (RFC 951, 2131, 2132, 3396, 4578).

Parsing is total: any bytes give a message or a MalformedDhcpError. Names and texts stay
bytes; only the screen decodes them.
"""

import struct
from enum import IntEnum, IntFlag
from ipaddress import IPv4Address

import msgspec

SERVER_PORT, CLIENT_PORT, PXE_PORT = 67, 68, 4011
"""UDP ports (RFC 951 §5); PXE asks a proxy for the file name on 4011."""

BROADCAST_FLAG = 0x8000
"""In ``flags``: the client wants the reply as a broadcast (RFC 2131 §2)."""

MINIMUM = 300
"""Bytes of the shortest message that relays and old clients accept (RFC 1542 §2.1)."""

NOBODY = IPv4Address(0)

_FIXED = struct.Struct("!BBBBIHH4s4s4s4s16s64s128s")
_MAGIC = b"\x63\x82\x53\x63"
_ETHERNET = 1
_MAC = 6
_MOST_IN_ONE = 255
_ADDRESS = 4


class MalformedDhcpError(ValueError):
    """The bytes are not a BOOTP or DHCP message; the text says why."""


class Op(IntEnum):
    """Request or reply: the first byte (RFC 951 §3)."""

    REQUEST = 1
    REPLY = 2


class MessageType(IntEnum):
    """Option 53 (RFC 2132 §9.6); a message without it is BOOTP."""

    DISCOVER = 1
    OFFER = 2
    REQUEST = 3
    DECLINE = 4
    ACK = 5
    NAK = 6
    RELEASE = 7
    INFORM = 8


class Option(IntEnum):
    """The options that matter for booting (RFC 2132, 3004, 4578, 5859)."""

    PAD = 0
    SUBNET_MASK = 1
    ROUTER = 3
    DNS = 6
    HOST_NAME = 12
    VENDOR_SPECIFIC = 43
    REQUESTED_ADDRESS = 50
    LEASE_TIME = 51
    OVERLOAD = 52
    MESSAGE_TYPE = 53
    SERVER_ID = 54
    PARAMETER_LIST = 55
    MESSAGE = 56
    MAX_SIZE = 57
    VENDOR_CLASS = 60
    CLIENT_ID = 61
    TFTP_SERVER_NAME = 66
    BOOT_FILE = 67
    USER_CLASS = 77
    ARCHITECTURE = 93
    NETWORK_INTERFACE = 94
    MACHINE_ID = 97
    TFTP_SERVERS = 150
    END = 255


class _Overload(IntFlag):
    """Option 52: fields that hold options instead (RFC 2132 §9.3)."""

    FILE = 1
    SNAME = 2


Options = tuple[tuple[int, bytes], ...]


class DhcpMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message.

    Attributes:
        op: request or reply.
        xid: transaction; a reply has that of its request.
        secs: seconds since the client started, as it reports.
        flags: BROADCAST_FLAG or 0.
        ciaddr: the client's own address, if it has one.
        yiaddr: the address that it is given.
        siaddr: the server to boot from (*next-server*), not the one that replies.
        giaddr: the relay.
        chaddr: hardware address, of the length in the message; 6 bytes on Ethernet.
        sname, file: up to the first NUL; empty if they hold options.
        options: code and value in the order of their first piece; pieces of a long one
            joined (RFC 3396), padding, end and option 52 left out.
        hops: relays passed.
        htype: hardware type, 1 is Ethernet.
        has_magic: whether the options' cookie is there; BOOTP may lack it.
        is_cut: the last option is truncated, and left out.
    """

    op: Op
    xid: int
    chaddr: bytes
    secs: int = 0
    flags: int = 0
    ciaddr: IPv4Address = NOBODY
    yiaddr: IPv4Address = NOBODY
    siaddr: IPv4Address = NOBODY
    giaddr: IPv4Address = NOBODY
    sname: bytes = b""
    file: bytes = b""
    options: Options = ()
    hops: int = 0
    htype: int = _ETHERNET
    has_magic: bool = True
    is_cut: bool = False

    def option(self, code: int) -> bytes | None:
        """Return the value of an option, or None."""
        return next((value for each, value in self.options if each == code), None)

    @property
    def wants_broadcast(self) -> bool:
        """Whether the client can't receive a reply to its new address yet."""
        return bool(self.flags & BROADCAST_FLAG)

    @property
    def type(self) -> MessageType | None:
        """Option 53; None in BOOTP, and for types not used for booting."""
        value = self.option(Option.MESSAGE_TYPE)
        try:
            return None if value is None else MessageType(int.from_bytes(value))
        except ValueError:
            return None

    @property
    def is_bootp(self) -> bool:
        """Whether the message is BOOTP: it has no option 53 (RFC 2131 §2)."""
        return self.option(Option.MESSAGE_TYPE) is None

    @property
    def requested_address(self) -> IPv4Address | None:
        """Option 50: the address that the client requests."""
        return self._address(Option.REQUESTED_ADDRESS)

    @property
    def lease_seconds(self) -> int | None:
        """Option 51."""
        return self._number(Option.LEASE_TIME, 4)

    @property
    def server_id(self) -> IPv4Address | None:
        """Option 54: the server that replies, or that the client has chosen."""
        return self._address(Option.SERVER_ID)

    @property
    def parameters(self) -> tuple[int, ...]:
        """Option 55: codes of the options that the client wants."""
        return tuple(self.option(Option.PARAMETER_LIST) or b"")

    @property
    def max_size(self) -> int | None:
        """Option 57: bytes of the longest message that the client accepts."""
        return self._number(Option.MAX_SIZE, 2)

    @property
    def vendor_class(self) -> bytes:
        """Option 60, such as ``PXEClient:Arch:00007:UNDI:003016``; empty if missing."""
        return self.option(Option.VENDOR_CLASS) or b""

    @property
    def client_id(self) -> bytes:
        """Option 61; empty if missing."""
        return self.option(Option.CLIENT_ID) or b""

    @property
    def tftp_server_name(self) -> bytes:
        """Option 66 without trailing NULs; some servers put four raw bytes there."""
        return (self.option(Option.TFTP_SERVER_NAME) or b"").rstrip(b"\0")

    @property
    def boot_file(self) -> bytes:
        """Option 67 without trailing NULs, else the field ``file``."""
        return (self.option(Option.BOOT_FILE) or b"").rstrip(b"\0") or self.file

    @property
    def user_class(self) -> bytes:
        """Option 77; iPXE writes plain text, RFC 3004 a length before each text."""
        value = self.option(Option.USER_CLASS) or b""
        if value and value[0] == len(value) - 1:
            return value[1:]
        return value

    @property
    def architectures(self) -> tuple[int, ...]:
        """Option 93: processor types, see ``architectures.py``."""
        value = self.option(Option.ARCHITECTURE) or b""
        return tuple(
            int.from_bytes(value[at : at + 2]) for at in range(0, len(value) - 1, 2)
        )

    @property
    def network_interface(self) -> tuple[int, int, int] | None:
        """Option 94: type, major and minor version of the firmware's interface."""
        value = self.option(Option.NETWORK_INTERFACE) or b""
        return (value[0], value[1], value[2]) if len(value) == 3 else None  # noqa: PLR2004 - RFC 4578 §2.2

    @property
    def machine_id(self) -> bytes:
        """Option 97: a type byte and a UUID; empty if missing."""
        return self.option(Option.MACHINE_ID) or b""

    @property
    def tftp_servers(self) -> tuple[IPv4Address, ...]:
        """Option 150: addresses of TFTP servers (RFC 5859)."""
        value = self.option(Option.TFTP_SERVERS) or b""
        return tuple(
            IPv4Address(value[at : at + _ADDRESS])
            for at in range(0, len(value) - _ADDRESS + 1, _ADDRESS)
        )

    @property
    def vendor_options(self) -> Options:
        """Option 43 parsed as options, as used by PXE; invalid ones are left out."""
        found, _ = _joined(self.option(Option.VENDOR_SPECIFIC) or b"")
        return tuple(found.items())

    def _address(self, code: Option) -> IPv4Address | None:
        value = self.option(code)
        return IPv4Address(value) if value and len(value) == _ADDRESS else None

    def _number(self, code: Option, size: int) -> int | None:
        value = self.option(code)
        return int.from_bytes(value) if value and len(value) == size else None


def parse(data: bytes) -> DhcpMessage:
    """Return the message in the payload of a datagram.

    Raises:
        MalformedDhcpError: the payload is not a message.
    """
    if len(data) < _FIXED.size:
        raise MalformedDhcpError(f"{len(data)} bytes; the shortest has {_FIXED.size}")
    op, htype, hlen, hops, xid, secs, flags, *rest = _FIXED.unpack_from(data)
    *addresses, chaddr, sname, file = rest
    if op not in (Op.REQUEST, Op.REPLY):
        raise MalformedDhcpError(f"op is {op}; 1 is a request, 2 a reply")
    if hlen > len(chaddr):
        raise MalformedDhcpError(
            f"a hardware address of {hlen} bytes; 16 is the maximum"
        )
    has_magic = data[_FIXED.size :][: len(_MAGIC)] == _MAGIC
    found, is_cut = _joined(data[_FIXED.size + len(_MAGIC) :] if has_magic else b"")
    overload = _Overload(int.from_bytes(found.pop(Option.OVERLOAD, b"")[:1]) & 3)
    for flag, area in ((_Overload.FILE, file), (_Overload.SNAME, sname)):
        if flag in overload:
            found, is_cut_too = _joined(area, found)
            is_cut |= is_cut_too
    found.pop(Option.OVERLOAD, None)  # an overloaded field can't contain it again
    ciaddr, yiaddr, siaddr, giaddr = map(IPv4Address, addresses)
    return DhcpMessage(
        op=Op(op),
        xid=xid,
        chaddr=chaddr[:hlen],
        secs=secs,
        flags=flags,
        ciaddr=ciaddr,
        yiaddr=yiaddr,
        siaddr=siaddr,
        giaddr=giaddr,
        sname=b"" if _Overload.SNAME in overload else _text(sname),
        file=b"" if _Overload.FILE in overload else _text(file),
        options=tuple(found.items()),
        hops=hops,
        htype=htype,
        has_magic=has_magic,
        is_cut=is_cut,
    )


def encode(message: DhcpMessage, minimum: int = MINIMUM) -> bytes:
    """Return the payload of a datagram, padded to MINIMUM bytes.

    Long options are split (RFC 3396); sname and file never hold options.

    Raises:
        ValueError: a field is too long, or there are options without the cookie.
    """
    _check(message)
    fixed = _FIXED.pack(
        message.op,
        message.htype,
        len(message.chaddr),
        message.hops,
        message.xid,
        message.secs,
        message.flags,
        *(
            each.packed
            for each in (
                message.ciaddr,
                message.yiaddr,
                message.siaddr,
                message.giaddr,
            )
        ),
        message.chaddr,
        message.sname,
        message.file,
    )
    if message.has_magic:
        fixed += _MAGIC + encode_options(message.options) + bytes([Option.END])
    return fixed.ljust(minimum, b"\0")


def encode_options(options: Options) -> bytes:
    """Return encoded options, without an end; also for option 43.

    Raises:
        ValueError: a code is invalid (0, 52 and 255 have no value of their own).
    """
    data = bytearray()
    for code, value in options:
        if not Option.PAD < code < Option.END or code == Option.OVERLOAD:
            raise ValueError(f"option {code} can't be written")
        for at in range(0, len(value) or 1, _MOST_IN_ONE):
            piece = value[at : at + _MOST_IN_ONE]
            data += bytes([code, len(piece)]) + piece
    return bytes(data)


def mac_text(chaddr: bytes) -> str:
    """Return a hardware address like ``52:54:00:12:34:56``."""
    return chaddr.hex(":")


def _check(message: DhcpMessage) -> None:
    limits = (("chaddr", 16), ("sname", 64), ("file", 128))
    for name, most in limits:
        if len(getattr(message, name)) > most:
            raise ValueError(f"{name} has more than {most} bytes")
    if message.options and not message.has_magic:
        raise ValueError("options need the cookie in front of them")


def _joined(
    area: bytes, found: dict[int, bytes] | None = None
) -> tuple[dict[int, bytes], bool]:
    """Return the options in AREA merged into FOUND, and whether the last is cut."""
    joined = dict(found or {})
    at = 0
    while at < len(area) and area[at] != Option.END:
        code = area[at]
        at += 1
        if code == Option.PAD:
            continue
        if at >= len(area) or at + 1 + area[at] > len(area):
            return joined, True
        value = area[at + 1 : at + 1 + area[at]]
        joined[code] = joined.get(code, b"") + value
        at += 1 + len(value)
    return joined, False


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]
