"""Any capture is rebuilt without an exception, and its numbers add up."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.talk import CLIENT, SERVER, Talk
from tftptui.protocol.packets import Opcode
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.capture.packets import IcmpSeen, Seen

_CLIENTS = [(CLIENT, 2_070), (CLIENT, 2_071)]
_SERVERS = [(SERVER, 69), (SERVER, 40_001), (SERVER, 40_002), ("10.0.0.10", 40_001)]
_BLOCKS = st.sampled_from([0, 1, 2, 3, 9, 65_534, 65_535])
_NUMBERED = st.tuples(
    st.sampled_from([Opcode.DATA, Opcode.ACK, Opcode.ERROR]),
    _BLOCKS,
    st.sampled_from([0, 8, 511, 512, 513]),
).map(lambda told: told[0].to_bytes(2) + told[1].to_bytes(2) + bytes(told[2]))
_NAMED = st.tuples(
    st.sampled_from([b"\0\1", b"\0\2", b"\0\6"]),
    st.sampled_from(
        [
            b"x\0octet\0",
            b"x\0octet\0blksize\08\0windowsize\x004\0",
            b"\xff\n\0netascii\0tsize\0" + b"9" * 30 + b"\0",
            b"blksize\08\0rollover\x001\0tsize\x00700\0",
            b"blksize\0" + "²".encode() + b"\0",
        ]
    ),
).map(b"".join)
_PAYLOADS = st.one_of(_NUMBERED, _NAMED, st.binary(max_size=30))


@st.composite
def _seen(draw: st.DrawFn, time: int) -> Seen | IcmpSeen:
    ends = [draw(st.sampled_from(_CLIENTS)), draw(st.sampled_from(_SERVERS))]
    if draw(st.booleans()):
        ends.reverse()
    payload = draw(_PAYLOADS)
    nbytes = len(payload) + draw(st.sampled_from([0, 0, 0, 1_000]))
    datagram = Datagram(time, ends[0], ends[1], payload, nbytes, is_sent=False)
    if draw(st.integers(0, 9)) == 0:
        return IcmpSeen(time, 4, 3, draw(st.integers(0, 15)), SERVER, datagram)
    number = draw(st.one_of(st.none(), st.integers(1, 3)))
    place = draw(st.one_of(st.none(), st.just((1, 4)), st.just((2, 0))))
    return Seen(datagram, number, place)


@given(data=st.data())
def test_any_packets_are_survived(data: st.DataObject) -> None:
    talk, now = Talk(), 1_700_000_000 * 10**9
    for _ in range(data.draw(st.integers(1, 40))):
        now += data.draw(st.sampled_from([1_000, 10**8, 3 * 10**9, 70 * 10**9]))
        talk.rebuilding.take(data.draw(_seen(now)))
    views = talk.over()
    counters = talk.rebuilding.recorder.counters
    running = [view for view in views if view.running]
    # A try without a reply is reported only if another one got one.
    assert sum(view.server_tid > 0 for view in running) <= counters.active
    assert counters.active <= len(running)
    for view in views:
        assert view.acked_bytes >= 0
        assert view.running == (view.ended is None)
