"""Each cause, and two harmless cases that look like it for the first seconds.

All are packet records, replayed: the cause must be found in the end, and the harmless
cases must never raise an alarm.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.support.talk import CLIENT, Talk
from tftptui.protocol.packets import encode_ack, encode_data
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.capture.packets import IcmpSeen
from tftptui.telemetry.events import Found

Play = Callable[[Talk], None]

ROUTER = "10.0.4.1"
ELSEWHERE = ("10.200.0.1", 4_000)
SIZE = (b"tsize", b"0")
LARGE = (b"blksize", b"1468")
LAST, PART = 60, 100


def idle(talk: Talk, seconds: float) -> None:
    """Let time pass: a capture is only evaluated when a packet comes."""
    end = talk.now + seconds
    while talk.now < end:
        talk.send(ELSEWHERE, ELSEWHERE, encode_ack(1))
        talk.wait(min(0.5, end - talk.now))


def begin(talk: Talk, *options: tuple[bytes, bytes], port: int = 40_017) -> None:
    talk.ask(options=options)
    talk.move(port)
    if options:
        granted = {
            name: b"30000" if name == b"tsize" else size for name, size in options
        }
        talk.oack(*granted.items())


def blocks(talk: Talk, first: int, last: int, nbytes: int = 512) -> None:
    for block in range(first, last + 1):
        talk.data(block, nbytes=nbytes)
        talk.ack(block)


def finish(talk: Talk, first: int = 1, nbytes: int = 512) -> None:
    blocks(talk, first, LAST - 1, nbytes)
    talk.data(LAST, nbytes=PART)
    talk.ack(LAST)
    idle(talk, 20.0)


def again(talk: Talk, work: Play, times: int, gap: float) -> None:
    for _ in range(times):
        idle(talk, gap)
        work(talk)


def icmp(talk: Talk, code: int, sender: str = ROUTER) -> None:
    datagram = Datagram(
        round(talk.now * 1_000_000_000),
        talk.server,
        talk.client,
        encode_data(1, b""),
        516,
        is_sent=False,
    )
    time = round(talk.now * 1_000_000_000)
    talk.take(IcmpSeen(time, 4, 3, code, sender, datagram))


# The common start of a cause, how it continues, and how the harmless cases do.


def asks_again(talk: Talk) -> None:
    """Send the same request twice, and both replies."""
    begin(talk, SIZE)
    idle(talk, 2.0)
    begin(talk, SIZE)


def asks_on(talk: Talk) -> None:
    again(talk, lambda one: begin(one, SIZE), 4, 3.0)


def takes_late_answer(talk: Talk) -> None:
    idle(talk, 1.5)
    talk.ack(0)
    finish(talk)


def gets_it_on_next_port(talk: Talk) -> None:
    idle(talk, 2.0)
    talk.client = (CLIENT, 2_073)
    begin(talk, SIZE, port=40_018)
    talk.ack(0)
    finish(talk)


def gets_it_without_options(talk: Talk) -> None:
    asks_on(talk)
    talk.wait(1.0)
    begin(talk, port=40_018)
    finish(talk)


def halts(talk: Talk) -> None:
    """Send forty blocks, then the next one twice without an ACK."""
    begin(talk)
    blocks(talk, 1, 40)
    talk.data(41)
    idle(talk, 1.0)
    talk.data(41)


def stays_silent(talk: Talk) -> None:
    again(talk, lambda one: one.data(41), 6, 3.0)
    idle(talk, 20.0)


def repeats_its_ack(talk: Talk) -> None:
    def both(one: Talk) -> None:
        one.ack(40)
        one.data(41)

    again(talk, both, 8, 2.5)
    idle(talk, 10.0)


def goes_on_after(seconds: float) -> Play:
    def goes_on(talk: Talk) -> None:
        idle(talk, seconds)
        talk.data(41)
        talk.ack(41)
        finish(talk, 42)

    return goes_on


def is_ended_by_its_user(talk: Talk) -> None:
    idle(talk, 1.0)
    talk.error(0, "User aborted", from_client=True)
    idle(talk, 20.0)


def large_block_is_late(talk: Talk) -> None:
    """Agree on blocks of 1468; the first comes twice, and so does ACK 0."""
    begin(talk, LARGE)
    talk.ack(0)
    talk.data(1, nbytes=1_468)
    idle(talk, 1.0)
    talk.data(1, nbytes=1_468)
    talk.ack(0)


def large_block_never_comes(talk: Talk) -> None:
    def both(one: Talk) -> None:
        one.ack(0)
        one.data(1, nbytes=1_468)

    again(talk, both, 6, 2.0)
    idle(talk, 20.0)


def large_block_comes(seconds: float) -> Play:
    def comes(talk: Talk) -> None:
        idle(talk, seconds)
        talk.data(1, nbytes=1_468)
        talk.ack(1)
        finish(talk, 2, 1_468)

    return comes


def is_refused_once(talk: Talk) -> None:
    begin(talk)
    talk.data(1)
    icmp(talk, 13)


def is_refused_each_time(talk: Talk) -> None:
    def asked(one: Talk) -> None:
        begin(one)
        one.data(1)
        icmp(one, 13)

    again(talk, asked, 3, 2.0)


def takes_block_all_the_same(talk: Talk) -> None:
    talk.ack(1)
    finish(talk, 2)


def asks_once_more_and_gets_it(talk: Talk) -> None:
    idle(talk, 2.0)
    begin(talk)
    talk.data(1)
    talk.ack(1)
    finish(talk, 2)


def is_unreachable_once(talk: Talk) -> None:
    begin(talk)
    talk.data(1)
    idle(talk, 1.0)
    talk.data(1)
    talk.wait(1.0)


def is_unreachable_for_good(talk: Talk) -> None:
    icmp(talk, 1)
    talk.data(1)
    idle(talk, 3.0)
    icmp(talk, 1)
    idle(talk, 5.0)


def asks_though_unreachable(talk: Talk) -> None:
    def asked(one: Talk) -> None:
        icmp(one, 1)
        begin(one)
        one.data(1)

    again(talk, asked, 3, 3.0)
    icmp(talk, 1)
    idle(talk, 3.0)


def low_port_is_silent(talk: Talk) -> None:
    talk.client = (CLIENT, 2_070)
    begin(talk, SIZE)
    idle(talk, 2.0)
    talk.oack((b"tsize", b"30000"))


def low_ports_stay_silent(talk: Talk) -> None:
    for number in (1, 2, 3):
        idle(talk, 2.0)
        talk.client = (CLIENT, 2_070 + number)
        begin(talk, SIZE, port=40_020 + number)
        idle(talk, 1.0)
        talk.oack((b"tsize", b"30000"))
    talk.client = ("10.0.4.38", 49_200)
    talk.small_read(40_030)
    idle(talk, 4.0)
    talk.client = (CLIENT, 2_074)
    begin(talk, SIZE, port=40_031)
    idle(talk, 4.0)


def next_low_port_works(talk: Talk) -> None:
    idle(talk, 1.0)
    talk.client = (CLIENT, 2_071)
    begin(talk, SIZE, port=40_021)
    talk.ack(0)
    finish(talk)


def first_block_ends_it(talk: Talk) -> None:
    """Have a client request more than is granted, and accept the first block."""
    talk.ask(options=((b"tsize", b"0"), (b"blksize", b"8192")))
    talk.move()
    talk.oack((b"tsize", b"60000"), LARGE)
    talk.ack(0)
    talk.data(1, nbytes=1_468)
    talk.ack(1)
    talk.data(2, nbytes=1_468)


def takes_it_for_the_last(talk: Talk) -> None:
    again(talk, lambda one: one.data(2, nbytes=1_468), 6, 3.0)
    idle(talk, 60.0)


def takes_second_block(seconds: float) -> Play:
    def takes(talk: Talk) -> None:
        idle(talk, seconds)
        talk.ack(2)
        finish(talk, 3, 1_468)

    return takes


def ack_is_repeated(talk: Talk) -> None:
    """Send the OACK twice, though its ACK was captured."""
    begin(talk, SIZE)
    talk.ack(0)
    idle(talk, 1.0)
    talk.oack((b"tsize", b"30000"))
    talk.ack(0)


def acks_stay_unheard(talk: Talk) -> None:
    def both(one: Talk) -> None:
        one.oack((b"tsize", b"30000"))
        one.ack(0)

    again(talk, both, 6, 2.0)
    idle(talk, 10.0)


def server_goes_on(seconds: float) -> Play:
    def goes_on(talk: Talk) -> None:
        idle(talk, seconds)
        finish(talk)

    return goes_on


def name_is_missing(talk: Talk) -> None:
    talk.ask(b"pxelinux.cfg/01-00-11-22-33-44-55")
    talk.error(1, "File not found")


def all_names_are_missing(talk: Talk) -> None:
    for name in (b"0A000425", b"0A00042", b"0A0004", b"0A000", b"0A00", b"0A0", b"0A"):
        talk.ask(b"pxelinux.cfg/" + name)
        talk.error(1, "File not found")
    for name in (b"0", b"default"):
        talk.ask(b"pxelinux.cfg/" + name)
        talk.error(1, "File not found")
    idle(talk, 15.0)


def next_name_is_there(name: bytes) -> Play:
    def is_there(talk: Talk) -> None:
        talk.ask(b"pxelinux.cfg/0A000425")
        talk.error(1, "File not found")
        talk.ask(b"pxelinux.cfg/" + name)
        talk.move()
        finish(talk)

    return is_there


@dataclass(frozen=True)
class Cause:
    """The start of a cause, how it continues, and how two harmless cases continue.

    ``codes`` are the correct ones.
    """

    codes: frozenset[str]
    start: Play
    guilty: Play
    innocents: tuple[Play, Play]


def cause(codes: str, start: Play, guilty: Play, *innocents: Play) -> Cause:
    one, two = innocents
    return Cause(frozenset(codes.split()), start, guilty, (one, two))


CAUSES = {
    "replies are dropped": cause(
        "answers-blocked",
        *(asks_again, asks_on, takes_late_answer, gets_it_on_next_port),
    ),
    "an OACK is not understood": cause(
        "options-not-understood",
        *(asks_again, gets_it_without_options, takes_late_answer, gets_it_on_next_port),
    ),
    "a low port is dropped": cause(
        "client-port-blocked",
        *(low_port_is_silent, low_ports_stay_silent),
        *(next_low_port_works, takes_late_answer),
    ),
    "the client is off": cause(
        "client-gone",
        *(halts, stays_silent, goes_on_after(4.0), is_ended_by_its_user),
    ),
    "the path is cut": cause(
        "path-cut",
        *(halts, repeats_its_ack, goes_on_after(6.0), goes_on_after(8.0)),
    ),
    "large blocks are dropped": cause(
        "path-mtu",
        *(large_block_is_late, large_block_never_comes),
        *(large_block_comes(0.5), large_block_comes(3.0)),
    ),
    "a firewall rejects": cause(
        "answers-refused",
        *(is_refused_once, is_refused_each_time),
        *(takes_block_all_the_same, asks_once_more_and_gets_it),
    ),
    "a router finds nobody": cause(
        "client-gone",
        *(is_unreachable_once, is_unreachable_for_good),
        *(takes_block_all_the_same, asks_once_more_and_gets_it),
    ),
    "the address is wrong": cause(
        "address-unreachable",
        *(is_unreachable_once, asks_though_unreachable),
        *(takes_block_all_the_same, asks_once_more_and_gets_it),
    ),
    "the block size is ignored": cause(
        "block-size-ignored",
        *(first_block_ends_it, takes_it_for_the_last),
        *(takes_second_block(1.0), takes_second_block(5.0)),
    ),
    "ACKs are dropped behind the capture": cause(
        "acks-blocked",
        *(ack_is_repeated, acks_stay_unheard, server_goes_on(0.5), server_goes_on(2.0)),
    ),
    "no name is there": cause(
        "file-missing",
        *(name_is_missing, all_names_are_missing),
        *(next_name_is_there(b"0A00042"), next_name_is_there(b"default")),
    ),
}


def alarms(*plays: Play) -> set[str]:
    """Return the codes of all alarms raised while these were replayed."""
    talk = Talk()
    for play in plays:
        play(talk)
    talk.over()
    found = (one for one in talk.events if isinstance(one, Found))
    return {one.code for one in found if one.is_alarm}


@pytest.mark.parametrize("name", CAUSES)
def test_the_cause_is_told(name: str) -> None:
    one = CAUSES[name]
    told = alarms(one.start, one.guilty)
    assert told & one.codes, told


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("name", CAUSES)
def test_the_innocent_that_begins_alike_is_never_accused(name: str, which: int) -> None:
    one = CAUSES[name]
    assert alarms(one.start, one.innocents[which]) == set()
