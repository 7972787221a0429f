"""The port pool: which client gets which port, and when it is reused."""

import contextlib
import socket

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.support.chance import ScriptedChance
from tests.support.deep_size import deep_size
from tests.support.free_ports import free_range
from tftptui.net.addresses import Endpoint
from tftptui.server.ports import (
    FOREIGN_IN_NEED,
    FOREIGN_RECHECK,
    Lease,
    PortPool,
    PortsExhaustedError,
    PortTakenError,
)
from tftptui.server.transfer.transport import open_transport
from tftptui.settings import PortRange
from tftptui.telemetry.views import FOREIGN, FREE, QUARANTINED, USED

THREE = PortRange(100, 102)


def opened(port: int) -> str:
    return f"socket on {port}"


class Outside:
    """An opener for which some ports are in use elsewhere."""

    def __init__(self, *held: int) -> None:
        self.held = set(held)
        self.tried: list[int] = []

    def __call__(self, port: int) -> str:
        self.tried.append(port)
        if port in self.held:
            raise PortTakenError(str(port))
        return opened(port)


def sequential(ports: PortRange = THREE, quarantine: float = 10.0) -> PortPool:
    return PortPool(ports, order="sequential", quarantine=quarantine)


def leased(pool: PortPool, count: int, now: float = 0.0) -> list[int]:
    return [pool.lease(opened, now).port for _ in range(count)]


def test_a_lease_holds_what_was_opened_on_its_port() -> None:
    assert sequential().lease(opened, 0.0) == Lease(100, "socket on 100")


def test_sequential_goes_up() -> None:
    assert leased(sequential(), 3) == [100, 101, 102]


def test_sequential_begins_again_at_the_foot() -> None:
    pool = sequential(quarantine=0.0)
    for port in leased(pool, 3):
        pool.release(port, 0.0)
    assert leased(pool, 2) == [100, 101]


def test_sequential_goes_on_behind_a_port_that_was_given_back() -> None:
    pool = sequential(quarantine=0.0)
    pool.release(pool.lease(opened, 0.0).port, 0.0)
    assert pool.lease(opened, 0.0).port == 101


def test_random_takes_the_port_that_chance_says() -> None:
    pool = PortPool(THREE, order="random", chance=ScriptedChance([2, 0]))
    assert leased(pool, 2) == [102, 100]


def test_random_takes_the_next_free_one_where_chance_hits_a_used_port() -> None:
    pool = PortPool(THREE, order="random", chance=ScriptedChance([2, 2, 2]))
    assert leased(pool, 3) == [102, 100, 101]


def test_random_gives_each_port_the_same_chance() -> None:
    pool = PortPool(THREE, order="random", chance=ScriptedChance([3]))
    with pytest.raises(AssertionError):  # 3 is above what it may choose from
        pool.lease(opened, 0.0)


def test_random_reaches_every_port() -> None:
    pool = PortPool(PortRange(1, 64), quarantine=0.0)
    assert sorted(leased(pool, 64)) == list(range(1, 65))


def test_a_free_port_is_preferred_to_one_that_cools_down() -> None:
    pool = sequential()
    for port in leased(pool, 2):
        pool.release(port, 0.0)
    assert leased(pool, 1, now=9.9) == [102]


def test_a_range_of_one_port_serves_back_to_back() -> None:
    pool = sequential(PortRange(100, 100))
    for _ in range(3):
        port = pool.lease(opened, 0.0, "192.0.2.1").port
        assert port == 100
        pool.release(port, 0.0, "192.0.2.1")


def cooling_after(*clients: str) -> PortPool:
    """Return a pool whose ports cool down after transfers of these, first 100."""
    pool = sequential(PortRange(100, 99 + len(clients)))
    for client in clients:
        pool.lease(opened, 0.0, client)
    for number, client in enumerate(clients):
        pool.release(100 + number, float(number), client)
    return pool


def test_without_a_free_port_the_longest_cooled_of_another_client_is_lent() -> None:
    assert cooling_after("a", "a", "b", "c").lease(opened, 4.0, "a").port == 102


def test_a_client_is_forgotten_once_its_ports_have_cooled_down() -> None:
    pool = sequential()
    before = deep_size(pool)
    for number in range(1_000):
        client, now = f"10.0.{number >> 8}.{number & 255}", 20.0 * number
        for _ in range(2):
            pool.release(pool.lease(opened, now, client).port, now, client)
    pool.expire(1e6)
    assert deep_size(pool) < before + 1_000


def test_where_all_cool_after_the_same_client_the_longest_cooled_is_lent() -> None:
    assert cooling_after("a", "a", "a").lease(opened, 4.0, "a").port == 100


def test_another_clients_port_outside_a_new_range_is_not_lent() -> None:
    pool = cooling_after("b", "a", "a")
    pool.change(PortRange(101, 102), order="sequential", quarantine=10.0)
    assert pool.lease(opened, 4.0, "a").port == 101


def test_a_cooling_port_that_another_program_has_taken_is_passed_over() -> None:
    pool = cooling_after("a", "a")
    assert pool.lease(Outside(100), 4.0, "a").port == 101
    assert pool.state(100) is FOREIGN


def test_only_ports_in_use_exhaust_the_range() -> None:
    pool = cooling_after("a", "b")
    leased(pool, 2, now=4.0)
    with pytest.raises(PortsExhaustedError):
        pool.lease(opened, 4.0)


def test_without_quarantine_a_port_is_free_at_once() -> None:
    pool = sequential(PortRange(100, 100), quarantine=0.0)
    pool.release(pool.lease(opened, 0.0).port, 0.0)
    assert pool.state(100) is FREE


def test_exhaustion_names_the_range() -> None:
    pool = sequential()
    leased(pool, 3)
    with pytest.raises(PortsExhaustedError, match="server has no free port in 100-102"):
        pool.lease(opened, 0.0)


def test_exhaustion_says_how_many_ports_other_programs_hold() -> None:
    pool = sequential()
    with pytest.raises(PortsExhaustedError, match=r"; 2 of them in use elsewhere$"):
        leased_with(pool, Outside(100, 102), 2)


def leased_with(pool: PortPool, outside: Outside, count: int) -> list[int]:
    return [pool.lease(outside, 0.0).port for _ in range(count)]


def test_a_port_of_another_program_is_passed_over() -> None:
    pool, outside = sequential(), Outside(100)
    assert pool.lease(outside, 0.0).port == 101
    assert pool.state(100) is FOREIGN


def test_a_port_known_to_be_foreign_is_not_tried_again_soon() -> None:
    pool, outside = sequential(PortRange(100, 101), quarantine=0.0), Outside(100)
    pool.release(pool.lease(outside, 0.0).port, 0.0)
    pool.lease(outside, FOREIGN_RECHECK - 0.1)
    assert outside.tried == [100, 101, 101]


def test_a_foreign_port_is_tried_again_after_a_while() -> None:
    pool, outside = sequential(PortRange(100, 100)), Outside(100)
    with pytest.raises(PortsExhaustedError):
        pool.lease(outside, 0.0)
    outside.held.clear()
    assert pool.lease(outside, FOREIGN_RECHECK).port == 100


def test_where_no_port_is_free_foreign_ones_are_tried_after_a_second() -> None:
    pool, outside = sequential(PortRange(100, 101)), Outside(100, 101)
    for now in (0.0, FOREIGN_IN_NEED - 0.1):
        with pytest.raises(PortsExhaustedError):
            pool.lease(outside, now)
    assert outside.tried == [100, 101]
    outside.held.clear()
    assert pool.lease(outside, FOREIGN_IN_NEED).port == 100
    assert pool.state(100) is USED


def test_another_error_of_the_opener_is_not_hidden_and_takes_no_port() -> None:
    pool = sequential()

    def no_way(port: int) -> str:
        raise OSError(port)

    with pytest.raises(OSError, match="100"):
        pool.lease(no_way, 0.0)
    assert pool.count(FREE) == 3


def test_a_real_socket_on_the_port_makes_it_foreign() -> None:
    ports = free_range(2)
    pool, client = sequential(ports), Endpoint("127.0.0.1", 9)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", ports.first))
        lease = pool.lease(
            lambda port: open_transport(Endpoint("127.0.0.1", port), client), 0.0
        )
    lease.opened.close()
    assert lease.port == ports.last
    assert pool.states() == bytes([FOREIGN, USED])


def test_states_come_in_the_order_of_the_ports() -> None:
    pool, outside = sequential(PortRange(100, 104)), Outside(101)
    leases = [pool.lease(outside, 0.0) for _ in range(3)]
    pool.release(leases[0].port, 0.0)
    assert pool.states() == bytes([QUARANTINED, FOREIGN, USED, USED, FREE])


def test_another_range_leaves_leases_alone() -> None:
    pool = sequential()
    leased(pool, 2)
    pool.change(PortRange(101, 110), order="sequential", quarantine=1.0)
    assert pool.state(101) is USED
    assert pool.lease(opened, 0.0).port == 102


def test_another_range_does_not_show_leases_outside_it() -> None:
    pool = sequential()
    leased(pool, 1)
    pool.change(PortRange(200, 201), order="sequential", quarantine=1.0)
    assert pool.states() == bytes([FREE, FREE])


def test_another_quarantine_holds_for_ports_that_cool_down_already() -> None:
    pool = sequential(quarantine=10.0)
    pool.release(leased(pool, 1)[0], 0.0)
    pool.change(THREE, order="sequential", quarantine=1.0)
    assert pool.resting() == {100: 1.0}
    pool.expire(1.0)
    assert pool.state(100) is FREE


def test_another_range_forgets_what_was_foreign() -> None:
    pool = sequential()
    pool.lease(Outside(100), 0.0)
    pool.change(THREE, order="sequential", quarantine=10.0)
    assert pool.count(FOREIGN) == 0


def test_version_grows_with_every_change() -> None:
    pool = sequential()
    versions = [pool.version]
    lease = pool.lease(opened, 0.0)
    versions.append(pool.version)
    pool.release(lease.port, 0.0)
    versions.append(pool.version)
    pool.expire(10.0)
    versions.append(pool.version)
    pool.change(THREE, order="random", quarantine=0.0)
    versions.append(pool.version)
    assert versions == sorted(set(versions))


def test_version_stays_when_nothing_expires() -> None:
    pool = sequential()
    pool.release(pool.lease(opened, 0.0).port, 0.0)
    before = pool.version
    pool.expire(9.9)
    assert pool.version == before


PORTS = st.integers(1, 8)
RANGES = st.builds(lambda a, b: PortRange(min(a, b), max(a, b)), PORTS, PORTS)


class SteppingChance:
    """Deterministic random numbers, as hypothesis requires."""

    def __init__(self) -> None:
        self._number = 0

    def randbelow(self, exclusive_upper_bound: int, /) -> int:
        self._number += 3
        return self._number % exclusive_upper_bound


class PoolMachine(RuleBasedStateMachine):
    """The pool against a model: the state of each port, and until when."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.pool = PortPool(
            PortRange(1, 4), order="sequential", quarantine=2.0, chance=SteppingChance()
        )
        self.quarantine = 2.0
        self.used: dict[int, str] = {}
        self.cooling: dict[int, tuple[float, str]] = {}
        self.foreign: dict[int, float] = {}
        self.outside = Outside()

    def expected(self, port: int) -> int:
        if port in self.used:
            return USED
        if self.cooling.get(port, (-100.0, ""))[0] + self.quarantine > self.now:
            return QUARANTINED
        found = self.foreign.get(port, -FOREIGN_RECHECK)
        return FOREIGN if found + FOREIGN_RECHECK > self.now else FREE

    def expire(self) -> None:
        self.pool.expire(self.now)
        self.cooling = {
            port: (released, client)
            for port, (released, client) in self.cooling.items()
            if released + self.quarantine > self.now
        }

    def candidates(self, client: str) -> list[list[int]]:
        """Return possible ports: any of the first list, else of the next."""
        held = self.outside.held
        ports = range(self.pool.ports.first, self.pool.ports.last + 1)
        free = [port for port in ports if self.expected(port) == FREE]
        cooling = [port for port in ports if self.expected(port) == QUARANTINED]
        cooling.sort(key=lambda port: self.cooling[port][0])
        cooling.sort(key=lambda port: self.cooling[port][1] == client)
        old = [
            port
            for port in ports
            if self.expected(port) == FOREIGN
            and self.foreign[port] + FOREIGN_IN_NEED <= self.now
        ]
        lists = [free, *([port] for port in cooling), old]
        return [[port for port in some if port not in held] for some in lists]

    @rule(client=st.sampled_from("abc"))
    def lease(self, client: str) -> None:
        best = next(filter(None, self.candidates(client)), [])
        self.outside.tried.clear()
        port = None
        with contextlib.suppress(PortsExhaustedError):
            port = self.pool.lease(self.outside, self.now, client).port
        assert port in best if best else port is None
        for tried in self.outside.held.intersection(self.outside.tried):
            self.foreign[tried] = self.now
            self.cooling.pop(tried, None)
        if port is not None:
            self.used[port] = client
            self.foreign.pop(port, None)
            self.cooling.pop(port, None)

    @precondition(lambda self: self.used)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        port = data.draw(st.sampled_from(sorted(self.used)))
        client = self.used.pop(port)
        self.now += 0.001  # never simultaneous: so the longer cooldown is known
        if self.quarantine:
            self.cooling[port] = (self.now, client)
        self.pool.release(port, self.now, client)
        self.expire()

    @rule(seconds=st.sampled_from([0.5, 2.0, FOREIGN_RECHECK]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.expire()

    @rule(port=PORTS)
    def another_program_comes_or_goes(self, port: int) -> None:
        if port not in self.used:
            self.outside.held ^= {port}

    @rule(
        ports=RANGES,
        order=st.sampled_from(["random", "sequential"]),
        quarantine=st.sampled_from([0.0, 1.0, 5.0]),
    )
    def change(self, ports: PortRange, order: str, quarantine: float) -> None:
        self.foreign.clear()
        self.quarantine = quarantine
        self.pool.change(ports, order=order, quarantine=quarantine)

        self.expire()

    @invariant()
    def states_are_as_expected(self) -> None:
        ports = range(self.pool.ports.first, self.pool.ports.last + 1)
        assert self.pool.states() == bytes(map(self.expected, ports))


TestPool = PoolMachine.TestCase
TestPool.settings = settings(max_examples=60, stateful_step_count=30)
