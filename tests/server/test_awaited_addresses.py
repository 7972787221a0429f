"""Listening addresses that appear and disappear."""

from tftptui.net.addresses import Endpoint
from tftptui.net.interfaces import is_own_address
from tftptui.server.awaited_addresses import INTERVAL, AwaitedAddresses

BOARD_SIDE, LOOPBACK = Endpoint("192.168.0.66", 69), Endpoint("127.0.0.1", 69)


class Scene:
    """Two listeners, one with the cable's address, which may be absent."""

    def __init__(self) -> None:
        self.present, self.told = {LOOPBACK}, list[str]()
        self.awaited = AwaitedAddresses(
            [BOARD_SIDE, LOOPBACK], self.told.append, self.present.__contains__
        )
        self._now = 0.0

    def look(self) -> None:
        """Check once more, as soon as that is due."""
        self._now += INTERVAL
        self.awaited.look(self._now)


def test_an_absent_address_is_a_notice_until_it_comes() -> None:
    scene = Scene()
    (notice,) = scene.awaited.notices
    assert notice.startswith("192.168.0.66 is not an address of this machine: waiting")
    scene.look()
    assert scene.told == []
    scene.present.add(BOARD_SIDE)
    scene.look()
    assert scene.awaited.notices == []
    assert scene.told == ["192.168.0.66 is an address of this machine now: listening"]


def test_an_address_that_goes_is_waited_for_again() -> None:
    scene = Scene()
    scene.present.add(BOARD_SIDE)
    scene.look()
    scene.present.remove(BOARD_SIDE)
    scene.look()
    assert scene.told[1] == "192.168.0.66 was removed from this machine: waiting for it"
    assert len(scene.awaited.notices) == 1


def test_looks_are_a_second_apart() -> None:
    scene = Scene()
    scene.look()
    scene.present.add(BOARD_SIDE)
    scene.awaited.look(INTERVAL * 1.5)
    assert scene.told == []


def test_a_wildcard_is_always_there_and_a_strangers_address_never() -> None:
    assert is_own_address(Endpoint("0.0.0.0", 69))  # noqa: S104
    assert is_own_address(LOOPBACK)
    assert not is_own_address(Endpoint("192.0.2.77", 69))
