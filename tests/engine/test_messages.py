"""Every message can be packed and unpacked."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.engine.messages import (
    AbortTransfer,
    ActionCommand,
    AddAddress,
    Ask,
    CancelHash,
    ChangeSettings,
    CloseFolder,
    Command,
    Entry,
    ExamineFiles,
    ExpectSelfTest,
    Farewell,
    FileKinds,
    FilePiece,
    FindFiles,
    FoundFiles,
    Frame,
    HashFile,
    HashView,
    HostPorts,
    KindView,
    LinkName,
    Listing,
    Locate,
    Location,
    LookAtFile,
    NearName,
    OpenFolder,
    PortMap,
    Ready,
    Refusal,
    Reply,
    RewriteName,
    ServeFolder,
    SetPorts,
    ShelfCommand,
    Status,
    Stop,
    TransferView,
    UnlinkName,
    WireDevice,
    WireLine,
    WireNews,
)
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.findings import Evidence, Finding, Help, Remedy
from tftptui.telemetry.ttl_walks import Hop, Walk

Message = Frame | Ready | Reply | Farewell | Ask | Stop

VIEW = TransferView(
    number=1,
    client="192.0.2.1",
    client_tid=2_072,
    server="192.0.2.2",
    server_tid=40_000,
    file="caf\\xe9",
    asked=[("blksize", "1468")],
    notes=["blksize 1468→1428"],
    started=1.0,
    moved=1.25,
    round_trip=0.125,
)
STATUS = Status(
    version="1", listeners=["127.0.0.1:69"], port=69, root="/", pid=7, notices=["n"]
)
NEAR = NearName(name=b"\xe9", text="\\xe9", rule="case", words="in another case")
REFUSAL = Refusal(
    time=1.0,
    client="::1",
    client_tid=9,
    file="x",
    reason="not-found",
    message="m",
    near=[NEAR],
)
FINDING = Finding(
    number=2,
    code="answers-blocked",
    headline="dropped on the way",
    confidence=0.7,
    stands_at="between",
    transfers=[1],
    since=1.0,
    found=2.5,
    evidence=[Evidence(text="asked 3 times", transfer=1, time=1.25)],
    remedies=[Remedy(platform="nftables", text="allow", command="udp sport 69")],
    helps=[Help(knob="port-range", verdict="no", why="the client chose its port")],
)
LOCATION = Location(
    transfer=4,
    client="192.0.2.1",
    suspect=Walk(port=2_072, hops=[Hop(ttl=1, answer="silent")]),
    other=Walk(port=49_200, hops=[Hop(ttl=1, answer="passed", sender="192.0.2.254")]),
)
ENTRY = Entry(name=b"\xe9", text="é", kind="file")
FRAME = Frame(
    time=1.5,
    status=STATUS,
    transfers=[VIEW],
    ports=PortMap(
        first=1,
        last=3,
        order="random",
        quarantine=1.0,
        states=b"\0\1\2",
        resting={3: 2.5},
    ),
    host_ports=HostPorts(own_first=32_768, own_last=60_999, held={53: "dnsmasq"}),
    listings=[
        Listing(folder=b"\xff", entries=[Entry(name=b"\xe9", text="é", kind="file")])
    ],
    refusals=[REFUSAL],
    findings=[FINDING],
    hashes=[HashView(name=b"\xe9", size=3, modified=1.5, done=2)],
    locations=[LOCATION],
    settings={"write": "new", "deny": ["::1"], "max_upload": None, "gso": True},
    counters=Counters(requests=3),
    wire=WireNews(
        interfaces="eth1 (up, 10.0.0.5/24)",
        devices=[
            WireDevice(
                mac="52:54:00:12:34:56",
                interface="eth1",
                lines=(WireLine(1.0, 2.0, "→", "DISCOVER"),),
            )
        ],
    ),
    packets_first=5,
    packets=bytes(range(256)),
    notes={5: "five"},
)
COMMANDS: list[Command] = [
    SetPorts(first=1, last=2, order="sequential", quarantine=0.5),
    ChangeSettings({"write": "new", "deny": ["10.0.0.0/8"], "bandwidth": None}),
    OpenFolder(b"\xff/\0"),
    CloseFolder(b""),
    AbortTransfer(4),
    AddAddress("52:54:00:12:34:56"),
    LookAtFile(b"\xe9", 3, 5),
    ExamineFiles([b"\xe9", b"a"]),
    FindFiles(["a", "b"]),
    HashFile(b"\xe9"),
    CancelHash(b"\xe9"),
    LinkName(b"\xff", b"a"),
    UnlinkName(b"\xff", b"a"),
    RewriteName(b"\xff", b"a"),
    ServeFolder("/srv/two"),
    ExpectSelfTest(ports=[40_000]),
    Locate(transfer=4, client="::1", client_tid=9, server="::1"),
]
KIND = KindView(key="gzip", words="gzip", troubles=["truncated"])
PIECE = FilePiece(
    name=b"\xe9", size=9, modified=1.5, offset=3, data=b"\0\xff", kind=KIND
)
MESSAGES: list[Message] = [
    FRAME,
    Frame(time=0.0),
    Ready(),
    Ready("port 69 is taken"),
    Reply(3),
    Reply(3, "no"),
    Reply(3, answer=PIECE),
    Reply(3, answer=FileKinds(kinds=[KIND, None])),
    Reply(3, answer=FoundFiles(files=[ENTRY], more=3)),
    Farewell(),
    Stop(),
    *(Ask(number, command) for number, command in enumerate(COMMANDS)),
]


def unpacked(message: object, kind: Any) -> object:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(message), type=kind)


def name(message: Message) -> str:
    return type(message).__name__


@pytest.mark.parametrize("message", MESSAGES, ids=name)
def test_a_message_survives_and_is_told_from_the_others(message: Message) -> None:
    assert unpacked(message, Message) == message


def test_no_message_is_forgotten_above() -> None:
    assert {type(message) for message in MESSAGES} == set(Message.__args__)
    known = {AddAddress, *ActionCommand.__args__, *ShelfCommand.__args__}
    assert {type(command) for command in COMMANDS} == known


def test_every_field_of_a_frame_is_tried_above() -> None:
    assert all(getattr(FRAME, field) for field in Frame.__struct_fields__)


def test_a_new_key_is_no_obstacle_to_an_older_reader() -> None:
    packed = msgspec.msgpack.encode({"type": "reply", "number": 3, "later": [1]})
    assert msgspec.msgpack.decode(packed, type=Message) == Reply(3)


listings = st.builds(Listing, folder=st.binary(), gone=st.booleans(), why=st.text())
frames = st.builds(
    Frame,
    time=st.floats(allow_nan=False),
    packets_first=st.integers(0, 1 << 62),
    packets=st.binary(),
    notes=st.dictionaries(st.integers(0, 1 << 62), st.text()),
    listings=st.lists(listings),
)
commands = st.one_of(
    st.builds(OpenFolder, st.binary()),
    st.builds(CloseFolder, st.binary()),
    st.builds(AbortTransfer, st.integers(0, 1 << 62)),
)


@given(frames)
def test_any_frame_survives(frame: Frame) -> None:
    assert unpacked(frame, Message) == frame


@given(st.integers(0, 1 << 62), commands)
def test_any_command_survives(number: int, command: Command) -> None:
    assert unpacked(Ask(number, command), Message) == Ask(number, command)
