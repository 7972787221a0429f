"""The snapshot for a watcher that connects later."""

from typing import Any

from tftptui.engine.messages import Frame, HashView
from tftptui.engine.snapshot import KEPT_HASHES, Snapshot
from tftptui.telemetry.records.ring import PacketRing
from tftptui.telemetry.versions import Version


def hashed(changed: int, **changes: Any) -> HashView:
    given: dict[str, Any] = {
        "name": b"x",
        "sha256": "ab" * 32,
        "version": Version(1, 2, 3, 4, changed),
    }
    return HashView(**(given | changes))


def told(*hashes: HashView) -> list[HashView]:
    snapshot = Snapshot(10, PacketRing(10))
    for one in hashes:
        snapshot.fold(Frame(time=0.0, hashes=[one]))
    return snapshot.frame(1.0).hashes


def test_the_hashes_of_all_versions_are_told_the_latest_last() -> None:
    one, other = hashed(1), hashed(2)
    assert told(one, other) == [one, other]
    assert told(one, other, one) == [other, one]


def test_how_far_a_hash_was_is_not_told_once_it_is_whole() -> None:
    begun, whole = hashed(1, sha256="", done=2), hashed(1)
    assert told(begun) == [begun]
    assert told(begun, whole) == [whole]


def test_not_more_hashes_are_kept_than_that() -> None:
    many = [hashed(number) for number in range(KEPT_HASHES + 5)]
    assert told(*many) == many[5:]
