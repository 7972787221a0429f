"""Events are immutable and named for the journal."""

import msgspec
import pytest

from tftptui.telemetry.events import (
    Event,
    FileChanged,
    Found,
    IcmpReceived,
    PortsChanged,
    Refused,
    Requested,
    Started,
    Stopped,
    TransferEnded,
    TransferEvent,
    TransferStarted,
    Warned,
)


def _tag(kind: type[Event]) -> object:
    return kind.__struct_config__.tag


@pytest.mark.parametrize(
    ("kind", "tag"),
    [
        (Started, "started"),
        (Requested, "request"),
        (Refused, "refused"),
        (TransferStarted, "transfer_started"),
        (TransferEnded, "transfer_ended"),
        (IcmpReceived, "icmp"),
        (PortsChanged, "ports_changed"),
        (FileChanged, "file_changed"),
        (Found, "finding"),
        (Warned, "warning"),
        (Stopped, "stopped"),
    ],
)
def test_names_of_the_journal(kind: type[Event], tag: str) -> None:
    assert _tag(kind) == tag


def test_no_two_events_share_a_name() -> None:
    kinds = {*Event.__subclasses__(), *TransferEvent.__subclasses__()} - {TransferEvent}
    assert len({_tag(kind) for kind in kinds}) == len(kinds)


def test_event_never_changes() -> None:
    event = Warned(time=0.0, message="port 69 is denied")
    with pytest.raises(AttributeError):
        event.message = "all is well"  # type: ignore[misc]  # what the test is about


def test_event_can_be_packed_and_read_again() -> None:
    event = FileChanged(time=1.5, file="u-boot.img", change="modified")
    packed = msgspec.msgpack.encode(event)
    assert msgspec.msgpack.decode(packed, type=FileChanged | Warned) == event
