"""The model client follows the RFCs, fed with handwritten bytes."""

from tests.support.model_client import ModelClient


def test_lock_step_acknowledges_each_block() -> None:
    client = ModelClient(block_size=8)
    assert client.receive(b"\0\3\0\1abcdefgh", 0.0) == [b"\0\4\0\1"]


def test_short_block_completes() -> None:
    client = ModelClient(block_size=8)
    client.receive(b"\0\3\0\1abc", 0.0)
    assert (client.complete, client.content) == (True, b"abc")


def test_oack_is_answered_by_ack_0() -> None:
    client = ModelClient(block_size=8)
    assert client.receive(b"\0\6blksize\x008\0", 0.0) == [b"\0\4\0\0"]


def test_window_is_acknowledged_once() -> None:
    client = ModelClient(block_size=8, window=2)
    client.receive(b"\0\6windowsize\x002\0", 0.0)
    answers = [
        client.receive(b"\0\3\0\1abcdefgh", 0.0),
        client.receive(b"\0\3\0\2abcdefgh", 0.0),
    ]
    assert answers == [[], [b"\0\4\0\2"]]


def test_gap_is_reported_once_and_what_follows_is_dropped() -> None:
    client = ModelClient(block_size=8, window=4, eager=False)
    client.receive(b"\0\6windowsize\x004\0", 0.0)
    answers = [
        client.receive(b"\0\3\0\1abcdefgh", 0.0),
        client.receive(b"\0\3\0\3abcdefgh", 0.0),
        client.receive(b"\0\3\0\4abcdefgh", 0.0),
    ]
    assert answers == [[], [b"\0\4\0\1"], []]
    assert client.content == b"abcdefgh"


def test_silence_exhausts_its_patience() -> None:
    client = ModelClient(timeout=1.0, patience=0)
    assert client.handle_timer(1.0) == []
    assert (client.gave_up, client.deadline()) == (True, None)


def test_error_ends_it() -> None:
    client = ModelClient()
    client.receive(b"\0\5\0\1gone\0", 0.0)
    assert (client.error, client.deadline()) == (1, None)
