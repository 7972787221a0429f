"""What to change, for each kind of trouble and platform, with real addresses in it."""

from tftptui.knowledge.case import Case
from tftptui.telemetry.findings import Remedy


def _server(case: Case) -> str:
    return case.latest.server if case.latest else "SERVER"


def _clients(case: Case) -> str:
    return case.network or case.client


def _ours(case: Case, dash: str = "-") -> str:
    scene = case.scene
    if scene.single_port or scene.first == scene.last:
        return str(scene.port if scene.single_port else scene.first)
    return f"{scene.first}{dash}{scene.last}"


def let_answers_through(case: Case) -> tuple[Remedy, ...]:
    """Return the ways to get answers to any client port through a firewall."""
    server, clients = _server(case), _clients(case)
    family = "ip6" if ":" in case.client else "ip"
    helper = (
        "nft add ct helper inet filter tftp-std '{ type \"tftp\" protocol udp; }'"
        f"; nft add rule inet filter prerouting udp dport {case.scene.port} "
        'ct helper set "tftp-std"'
    )
    one_port = Remedy(
        platform="tftptui",
        text="answer from the port that was asked: cures it where the firewall keeps "
        "state, not where it is an access list",
        command="--single-port",
    )
    return (
        Remedy(
            text=f"ask for: allow UDP from {server} ports {_ours(case, '–')} to "
            f"{clients} ports 1024–65535 (the client chooses its port)",
        ),
        Remedy(
            platform="nftables",
            text="in the forward chain that drops",
            command=f"{family} saddr {server} {family} daddr {clients} "
            f"udp sport {_ours(case)} udp dport 1024-65535 accept",
        ),
        Remedy(
            platform="iptables",
            text="in the forward chain",
            command=f"{_iptables(case)} -A FORWARD -s {server} -d {clients} -p udp "
            f"--sport {_ours(case, ':')} --dport 1024:65535 -j ACCEPT",
        ),
        Remedy(
            platform="nftables",
            text="or the TFTP helper, if it keeps state; the forward chain must accept "
            "established and related",
            command=helper,
        ),
        *(() if case.scene.single_port else (one_port,)),
    )


def let_acks_through(case: Case) -> tuple[Remedy, ...]:
    """Return the ways to get the client's ACKs to our ports."""
    server, clients = _server(case), _clients(case)
    family = "ip6" if ":" in case.client else "ip"
    rule = (
        f"{family} saddr {clients} {family} daddr {server} "
        f"udp sport 1024-65535 udp dport {_ours(case)} accept"
    )
    return (
        Remedy(
            text=f"ask for: allow UDP from {clients} ports 1024–65535 to {server} "
            f"ports {_ours(case, '–')}, on the way and on this host",
        ),
        Remedy(platform="nftables", text="in the chain that drops", command=rule),
        Remedy(
            platform="iptables",
            text="on this host, if its input is closed",
            command=f"{_iptables(case)} -A INPUT -s {clients} -p udp "
            f"--dport {_ours(case, ':')} -j ACCEPT",
        ),
        Remedy(
            platform="tftptui",
            text="answer from the port that was asked: the ACKs then take the way of "
            "the request",
            command="--single-port",
        ),
    )


def let_out(case: Case) -> tuple[Remedy, ...]:
    """Return the ways to get answers out of this host."""
    return (
        Remedy(
            platform="nftables",
            text="in this host's output chain",
            command=f"udp sport {_ours(case)} udp dport 1024-65535 accept",
        ),
        Remedy(
            platform="iptables",
            text="on this host",
            command=f"{_iptables(case)} -I OUTPUT -p udp --sport {_ours(case, ':')} "
            "--dport 1024:65535 -j ACCEPT",
        ),
        Remedy(
            platform="ufw",
            text="on this host",
            command=f"ufw allow out proto udp from any port {_ours(case, ':')}",
        ),
    )


def on_the_client(case: Case) -> tuple[Remedy, ...]:
    """Return the ways to get answers past the client's own firewall."""
    return (
        Remedy(
            text=f"on {case.client}: let UDP from {_server(case)} in, or load the "
            "TFTP helper for what goes out to port 69",
        ),
        Remedy(
            platform="iptables",
            text="on the client",
            command=f"{_iptables(case)} -t raw -A OUTPUT -p udp --dport "
            f"{case.scene.port} -j CT --helper tftp; {_iptables(case)} -I INPUT "
            "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        ),
        Remedy(
            platform="Windows Defender",
            text="on the client",
            command="New-NetFirewallRule -DisplayName TFTP -Direction Inbound -Program "
            r"%SystemRoot%\System32\tftp.exe -Protocol UDP -Action Allow",
        ),
        *_one_port(case),
    )


def for_translation(case: Case) -> tuple[Remedy, ...]:
    """Return the ways to get answers through an address translation."""
    return (
        Remedy(text="load the TFTP helper on the machine that translates addresses"),
        Remedy(
            platform="iptables",
            text="on that machine",
            command="iptables -t raw -A PREROUTING -p udp --dport "
            f"{case.scene.port} -j CT --helper tftp",
        ),
        *_one_port(case),
    )


def flush(case: Case) -> tuple[Remedy, ...]:
    """Return how a firewall is made to forget old flows."""
    return (
        Remedy(
            platform="Linux",
            text="on the firewall, after each change of its rules",
            command=f"conntrack -D -p udp --orig-port-dst {case.scene.port}",
        ),
        Remedy(text="or try again from another client port: that is a new flow"),
    )


def smaller_blocks(_case: Case) -> tuple[Remedy, ...]:
    """Return how to keep packets small enough."""
    return (
        Remedy(
            platform="tftptui",
            text="grant no larger blocks: 1428 suits most tunnels, 512 all",
            command="--max-blksize 1428",
        ),
        Remedy(
            platform="nftables",
            text="on the firewalls between: let the messages through that tell senders "
            "of small links, and do not drop fragments",
            command="icmp type destination-unreachable accept",
        ),
    )


def refuse_option(names: list[str]) -> tuple[Remedy, ...]:
    """Return how to leave options out of the answer."""
    return (
        Remedy(
            platform="tftptui",
            text="leave the option out of the answers, one after the other",
            command=" ".join(f"--refuse {name}" for name in names),
        ),
    )


def say(*texts: str) -> tuple[Remedy, ...]:
    """Return remedies in plain words."""
    return tuple(Remedy(text=text) for text in texts)


def _one_port(case: Case) -> tuple[Remedy, ...]:
    if case.scene.single_port:
        return ()
    return (
        Remedy(
            platform="tftptui",
            text="answer from the port that was asked",
            command="--single-port",
        ),
    )


def _iptables(case: Case) -> str:
    return "ip6tables" if ":" in case.client else "iptables"
