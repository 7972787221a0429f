"""The simulated network: every packet is accounted for."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import FakeClock
from tftptui.demo.simulation.connection_tracking import Tracking
from tftptui.demo.simulation.event_queue import Agenda
from tftptui.demo.simulation.firewall import Datagram
from tftptui.demo.simulation.firewall_rules import Action, Way
from tftptui.demo.simulation.impairments import Dice, Impairments
from tftptui.demo.simulation.network import Ends, Fate, Network
from tftptui.net.addresses import Endpoint

CLIENT, SERVER = Endpoint("127.0.4.37", 2_072), Endpoint("127.0.1.5", 69)
RRQ = b"\0\1file\0octet\0"
ASKED = Datagram(CLIENT, SERVER, RRQ)


class World:
    """A network, its clock, and the delivered packets."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = FakeClock()
        self.agenda = Agenda(self.clock.now)
        self.delivered: list[tuple[float, Datagram]] = []
        self.refused: list[Datagram] = []
        self.network = Network(
            self.agenda,
            Dice(seed),
            Ends(
                lambda datagram, _: self.delivered.append((self.clock.now(), datagram)),
                lambda datagram, _: self.refused.append(datagram),
            ),
        )

    def impair(self, impairments: Impairments) -> None:
        for line in self.network.lines.values():
            line.impairments = impairments

    def settle(self) -> None:
        """Advance the clock until no packet is in flight."""
        while (due := self.agenda.next) is not None:
            self.clock.advance_to(max(due, self.clock.now()))
            self.agenda.run()


def test_a_packet_arrives_after_the_delay() -> None:
    world = World()
    world.impair(Impairments(delay=0.3))
    world.network.send(ASKED, Way.TO_SERVER)
    world.settle()
    assert world.delivered == [(0.3, ASKED)]


def test_a_packet_passes_the_wall_half_way() -> None:
    world = World()
    world.impair(Impairments(delay=1.0))
    world.network.firewall.policy = Action.DROP
    world.network.send(ASKED, Way.TO_SERVER)
    world.settle()
    (flight,) = world.network.landed
    assert (flight.fate, flight.ends, flight.progress(9.0)) == (Fate.DROPPED, 0.5, 0.5)
    assert flight.reason == "default: drop"


def test_a_refused_packet_is_told_of() -> None:
    world = World()
    world.network.firewall.set_rules(["reject client -> server"])
    world.network.send(ASKED, Way.TO_SERVER)
    world.settle()
    assert (world.refused, world.delivered) == ([ASKED], [])


def test_packets_that_leave_together_arrive_in_order() -> None:
    world = World()
    world.impair(Impairments(delay=0.1))
    sent = [
        Datagram(SERVER, CLIENT, b"\0\3" + number.to_bytes(2)) for number in range(64)
    ]
    for datagram in sent:
        world.network.send(datagram, Way.TO_CLIENT)
    world.settle()
    assert [datagram for _, datagram in world.delivered] == sent


def test_large_packets_are_fragments_beyond_the_mtu() -> None:
    world = World()
    world.impair(Impairments(mtu=1_300))
    world.network.firewall.set_rules(["drop fragments"])
    for nbytes in (1_272, 1_273):
        world.network.send(Datagram(CLIENT, SERVER, b"x" * nbytes), Way.TO_SERVER)
    world.settle()
    assert [len(datagram.payload) for _, datagram in world.delivered] == [1_272]


def test_nat_changes_the_address_that_the_server_sees() -> None:
    world = World()
    world.network.firewall.tracking = Tracking("127.0.9.1")
    world.network.send(ASKED, Way.TO_SERVER)
    world.settle()
    ((_, seen),) = world.delivered
    assert seen == Datagram(Endpoint("127.0.9.1", 2_072), SERVER, RRQ)


shares = st.sampled_from([0.0, 0.0, 0.3, 1.0])
lines = st.builds(
    Impairments,
    delay=st.sampled_from([0.0, 0.1, 2.0]),
    jitter=st.sampled_from([0.0, 0.5]),
    loss=shares,
    duplicate=shares,
    reorder=shares,
    mtu=st.sampled_from([100, 65_535]),
    bandwidth=st.sampled_from([None, 500]),
    queue=st.sampled_from([0.1, 1.0]),
)
ports = st.sampled_from([69, 2_072, 40_000, 44_669])
ends = st.builds(Endpoint, st.sampled_from(["127.0.4.1", "127.0.4.2"]), ports)
servers = st.builds(Endpoint, st.just("127.0.1.5"), ports)
payloads = st.sampled_from([RRQ, b"\0\4\0\0", b"\0\3\0\1" + bytes(300)])
to_server = st.tuples(
    st.builds(Datagram, ends, servers, payloads), st.just(Way.TO_SERVER)
)
to_client = st.tuples(
    st.builds(Datagram, servers, ends, payloads), st.just(Way.TO_CLIENT)
)
packets = st.lists(
    st.tuples(st.sampled_from([0.0, 0.05, 40.0]), to_server | to_client), max_size=25
)
rules = st.lists(
    st.sampled_from(
        [
            "accept client -> server:69",
            "accept server -> client:40000-65535",
            "reject server:69 -> client",
            "drop client:2072 -> server",
            "accept established",
            "accept related",
            "drop fragments",
        ]
    ),
    max_size=4,
)


@given(
    up=lines,
    down=lines,
    sent=packets,
    texts=rules,
    policy=st.sampled_from([Action.ACCEPT, Action.DROP]),
    tracking=st.builds(
        Tracking, st.sampled_from([None, "127.0.9.1"]), has_helper=st.booleans()
    ),
)
def test_every_packet_is_accounted_for(
    up: Impairments,
    down: Impairments,
    sent: list[tuple[float, tuple[Datagram, Way]]],
    texts: list[str],
    policy: Action,
    tracking: Tracking,
) -> None:
    world = World()
    network = world.network
    network.lines[Way.TO_SERVER].impairments = up
    network.lines[Way.TO_CLIENT].impairments = down
    network.firewall.set_rules(texts)
    network.firewall.policy = policy
    network.firewall.tracking = tracking
    for wait, (datagram, way) in sent:
        world.clock.advance(wait)
        world.agenda.run()
        network.send(datagram, way)
    world.settle()
    for way, counts in network.counts.items():
        entered = sum(1 for _, (_, each) in sent if each is way)
        fates = Counter(flight.fate for flight in network.landed if flight.way is way)
        assert counts.sent == entered
        assert counts.sent + counts.copied == fates.total()
        assert (counts.delivered, counts.dropped, counts.refused, counts.lost) == (
            fates[Fate.DELIVERED],
            fates[Fate.DROPPED],
            fates[Fate.REFUSED],
            fates[Fate.LOST],
        )
    assert not network.flying
    assert len(world.delivered) == sum(
        counts.delivered for counts in network.counts.values()
    )
