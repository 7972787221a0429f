"""Scenarios of the path itself: MTU, duplicates, losses, cuts, loops."""

import subprocess
from signal import SIGCONT, SIGSTOP
from subprocess import DEVNULL

from tests.support.lab import Lab
from tests.support.lab_clients import IPXE, Firmware, probe_then_fetch
from tests.support.scenarios.firewalls import URL, helper
from tests.support.scenarios.scenario import (
    FILE,
    SERVED,
    Scenario,
    Stage,
    none,
    one_of,
)

NO_ICMP = (
    "table ip f { chain output {\ntype filter hook output priority filter;\n"
    "icmp type destination-unreachable drop\n}\n}\n"
)
NO_FRAGMENTS = (
    "table ip f { chain pre {\ntype filter hook prerouting priority -450;\n"
    "ip frag-off & 0x1fff != 0 drop\n}\n}\n"
)


def curl(stage: Stage, block_size: int, seconds: int = 20) -> None:
    size = ("--tftp-blksize", str(block_size))
    stage.program("curl", "-sS", "-m", str(seconds), *size, "-o/dev/null", URL)


def small_link(stage: Stage) -> None:
    for place in ("router", "client"):
        stage.lab.ip(place, "link set c0 mtu 1300")


def black_hole(stage: Stage) -> None:
    """Use a small MTU whose router sends no ICMP; our packets may be fragmented."""
    small_link(stage)
    stage.nft("router", NO_ICMP)
    curl(stage, 1_468)
    curl(stage, 512)
    stage.wait_for()


def discovered(stage: Stage) -> None:
    """Use a small MTU whose router reports it."""
    small_link(stage)
    curl(stage, 1_468)
    stage.wait_for()


def no_fragments(stage: Stage) -> None:
    """Drop fragments: large blocks never arrive, small ones do."""
    stage.nft("router", NO_FRAGMENTS)
    curl(stage, 8_192, seconds=8)
    stage.wait_for("path-mtu")
    curl(stage, 512)
    stage.wait_for()


def check_size_is_a_fact(stage: Stage) -> None:
    finding = stage.finding("path-mtu")
    assert finding.confidence == 0.95
    assert {one.knob: one.verdict for one in finding.helps}["block-size"] == "yes"


def doubled(stage: Stage) -> None:
    """Duplicate requests on the path."""
    stage.nft(
        "router",
        "table ip f { chain pre {\ntype filter hook prerouting priority -150;\n"
        f'iifname "c0" udp dport 69 dup to {Lab.SERVER} device "s0"\n}}\n}}\n',
    )
    stage.boot()
    stage.wait_for()


def check_one_transfer(stage: Stage) -> None:
    assert stage.server.outcomes() == ["completed"]


def size_probe(stage: Stage) -> None:
    """Have UEFI firmware request the size, abort, and request the file."""
    stage.inside(lambda: stage.results.append(probe_then_fetch(SERVED, FILE)))
    stage.wait_for()


def lossy(stage: Stage) -> None:
    """Lose one packet of five to the server, and one of seven to the client.

    One of four both ways would lose the same two packets of every round: then only the
    client's own retransmissions make progress, and it looks like a client that pauses.
    """
    stage.nft(
        "router",
        "table ip f { chain forward {\ntype filter hook forward priority filter;\n"
        'iifname "s0" numgen inc mod 5 == 4 drop\n'
        'iifname "c0" numgen inc mod 7 == 6 drop\n}\n}\n',
    )
    stage.boot(gap=0.5, patience=20.0)
    stage.wait_for_note("loss")


def cut(stage: Stage) -> None:
    """Cut the path midway through a large file, then have the client start over.

    Until it does, a client that is switched off would look the same.
    """
    stage.nft(
        "router",
        "table ip f { chain forward {\ntype filter hook forward priority filter;\n"
        "udp dport 69 accept\nlimit rate 1/hour burst 500 packets accept\ndrop\n}\n}\n",
    )
    firmware = Firmware(SERVED, "big.bin", patience=4.0)
    stage.inside(lambda: stage.results.append(firmware.fetch()))
    stage.wait_for("client-gone")
    again = Firmware(SERVED, "big.bin", port=2_082, patience=5.0)
    stage.inside(lambda: stage.results.append(again.fetch()))
    stage.wait_for("path-cut")


def check_cut_is_no_silence(stage: Stage) -> None:
    assert "the client retries" in stage.finding("path-cut").headline
    before = [one for one in stage.server.found if one.code == "client-gone"]
    assert [one.because for one in before if one.is_alarm][-2:] == [
        "",
        "the client retries",
    ]


def nat_rebinds(stage: Stage) -> None:
    """A NAT forgets the client while it pauses, and gives it another port."""
    for name in ("udp_timeout", "udp_timeout_stream"):
        stage.lab.set("router", f"net/netfilter/nf_conntrack_{name}", "1")
    stage.nft(
        "router",
        "table ip n { chain post {\ntype nat hook postrouting priority srcnat;\n"
        'oifname "s0" masquerade random\n}\n}\n'
        f"table ip h {{\n{helper('filter')}}}\n",
    )
    curl = ("curl", "-sS", "-m", "20", "-o/dev/null", f"tftp://{Lab.SERVER}/big.bin")
    one = subprocess.Popen([*stage.lab.within("client"), *curl], stderr=DEVNULL)
    try:
        stage.wait_for_transfers(1)
        one.send_signal(SIGSTOP)
        stage.wait(4.0)
        one.send_signal(SIGCONT)
        stage.wait_for("nat-rebinding")
    finally:
        one.kill()
        one.wait()


def unreachable_at_times(stage: Stage) -> None:
    """A router has no way to the client, and rations what it says of that."""
    said = "limit rate 1/hour burst 1 packets reject with icmp type host-unreachable"
    stage.nft(
        "router",
        "table ip f { chain forward {\ntype filter hook forward priority filter;\n"
        f'iifname "s0" {said}\niifname "s0" drop\n}}\n}}\n',
    )
    stage.boot(step=0)
    stage.wait_for("address-unreachable")


def circle(stage: Stage) -> None:
    """Limit packets to one hop."""
    stage.lab.set("server", "net/ipv4/ip_default_ttl", "1")
    stage.boot()
    stage.wait_for("routing-loop")


def deaf_to_options(stage: Stage) -> None:
    """Have the client request options and ignore the OACK; then grant none.

    Until it gets a reply without one, a firewall would look the same.
    """
    stage.boot(options=IPXE, port=40_960, step=0, knows_oack=False)
    stage.wait_for("answers-blocked")
    stage.server.change(refuse=["blksize", "tsize"])
    stage.boot(options=IPXE, port=50_959, step=0, knows_oack=False)
    stage.wait_for("options-not-understood")


def check_it_says_what_to_leave_out(stage: Stage) -> None:
    finding = stage.finding("options-not-understood")
    assert finding.stands_at == "client"
    assert finding.remedies


WIDE = {"fit_route": False, "max_block_size": 8_192}

PATHS = (
    Scenario(22, "black hole", black_hole, none(), succeeds=(True, True)),
    Scenario(23, "discovered", discovered, none(), succeeds=(True,)),
    Scenario(
        24,
        "no fragments",
        no_fragments,
        (frozenset({"path-mtu"}), frozenset({"path-mtu"})),
        succeeds=(False, True),
        settings=WIDE,
        check=check_size_is_a_fact,
    ),
    Scenario(
        25,
        "doubled",
        doubled,
        none(),
        notes=frozenset({"duplicated-packets"}),
        succeeds=(True,),
        check=check_one_transfer,
    ),
    Scenario(
        30,
        "size probe",
        size_probe,
        none(),
        notes=frozenset({"size-probe"}),
        succeeds=(True,),
    ),
    Scenario(
        31,
        "loss",
        lossy,
        none(),
        notes=frozenset({"loss"}),
        succeeds=(True,),
    ),
    Scenario(
        32,
        "cut",
        cut,
        (frozenset({"client-gone"}), frozenset({"path-cut"})),
        succeeds=(False, False),
        check=check_cut_is_no_silence,
    ),
    Scenario(
        46,
        "NAT rebinds",
        nat_rebinds,
        one_of("nat-rebinding"),
        never=frozenset({"path-cut", "acks-blocked"}),
        settings={"transfer_bandwidth": 150_000},
    ),
    Scenario(
        47,
        "unreachable at times",
        unreachable_at_times,
        one_of("address-unreachable"),
        never=frozenset({"answers-blocked"}),
        succeeds=(False,),
    ),
    Scenario(33, "circle", circle, one_of("routing-loop")),
    Scenario(
        35,
        "deaf to options",
        deaf_to_options,
        (frozenset({"answers-blocked"}), frozenset({"options-not-understood"})),
        succeeds=(False, True),
        check=check_it_says_what_to_leave_out,
    ),
)
