"""The wire loses, duplicates and delays what its script says, and nothing else."""

import pytest

from tests.support.builders import last_block, sample_bytes, wire_for
from tests.support.wire import LOST, TWICE, Direction, Path
from tftptui.protocol.commands import Outcome


def test_clean_wire_carries_a_file() -> None:
    wire, client = wire_for(sample_bytes(100))
    wire.run()
    assert (wire.outcome, client.content) == (Outcome.COMPLETED, sample_bytes(100))


def test_clean_wire_takes_a_round_trip_a_block() -> None:
    wire, _ = wire_for(sample_bytes(15), path=Path(delay=0.5))
    wire.run()
    assert wire.clock.now() == pytest.approx(2.0)


def test_lost_datagram_does_not_arrive() -> None:
    wire, _ = wire_for(sample_bytes(15), path=Path(to_client=Direction({0: LOST})))
    wire.run()
    assert (wire.sent[1], wire.sent[2]) == (2, 1)


def test_doubled_ack_arrives_twice() -> None:
    wire, _ = wire_for(sample_bytes(15), path=Path(to_server=Direction({0: TWICE})))
    wire.run()
    assert wire.heard == last_block(15) + 1


def test_delayed_datagram_is_overtaken() -> None:
    late = Path(to_client=Direction({1: (0.05,)}))
    wire, client = wire_for(sample_bytes(80), window=4, eager=False, path=late)
    wire.run()
    assert client.content == sample_bytes(80)
    assert wire.sent[1] == 2  # the gap was reported


def test_silent_wire_ends_both() -> None:
    wire, client = wire_for(sample_bytes(15), path=Path(to_client=Direction(rest=LOST)))
    wire.run()
    assert (wire.outcome, client.gave_up) == (Outcome.ABANDONED, True)


def test_packet_storm_is_an_error() -> None:
    wire, _ = wire_for(sample_bytes(800))
    with pytest.raises(AssertionError, match="storm"):
        wire.run(most_steps=10)
