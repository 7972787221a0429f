"""Parses ``iptables-save`` into the model (iptables(8), iptables-extensions(8)).

Needed for the legacy variant, and for rules of the nft variant whose extensions nft
can't print.
"""

import shlex
from collections.abc import Callable, Iterator
from ipaddress import ip_network

from tftptui.doctor.packet_filter.model import (
    AssignHelper,
    Chain,
    End,
    Jump,
    Match,
    NoTrack,
    Packet,
    Return,
    Rule,
    Ruleset,
    State,
    Step,
    Test,
    Truth,
    Verdict,
)
from tftptui.doctor.packet_filter.values import either, negated

_HOOKS = {
    "PREROUTING": "prerouting",
    "INPUT": "input",
    "FORWARD": "forward",
    "OUTPUT": "output",
    "POSTROUTING": "postrouting",
}
_PRIORITIES = {"raw": -300, "mangle": -150, "nat": -100, "filter": 0, "security": 50}
_TARGETS = {
    "ACCEPT": Verdict.ACCEPT,
    "DROP": Verdict.DROP,
    "REJECT": Verdict.REJECT,
    "MASQUERADE": Verdict.ACCEPT,
    "SNAT": Verdict.ACCEPT,
}
_GO_ON = frozenset(
    {"LOG", "NFLOG", "MARK", "CONNMARK", "TCPMSS", "TTL", "DSCP", "TOS", "CT"}
)
_NOT_OF_UDP = frozenset(
    {
        "--icmp-type",
        "--icmpv6-type",
        "--rt-len",
        "--rt-segsleft",
        "--rt-type",
        "--syn",
        "--tcp-flags",
        "--tcp-option",
    }
)
"""Matches that no TFTP packet fulfills: other protocols, routing headers."""

_CHAIN_WORDS = 2

Words = list[str]


def read_iptables(text: str, family: str, variant: str = "iptables") -> Ruleset:
    """Return the rules in iptables-save's output; FAMILY is "ip" or "ip6"."""
    ruleset = Ruleset()
    table = ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif line.startswith(":"):
            _add_chain(ruleset, line, (family, f"{variant} {table}"), table)
        elif line.startswith("-A "):
            _add_rule(ruleset, line, family, f"{variant} {table}")
    return ruleset


def _add_chain(ruleset: Ruleset, line: str, place: tuple[str, str], table: str) -> None:
    words = line[1:].split()
    if len(words) < _CHAIN_WORDS:
        return
    name, policy = words[:2]
    hook = _HOOKS.get(name) if policy != "-" else None
    verdict = Verdict.DROP if policy == "DROP" else Verdict.ACCEPT
    priority = _PRIORITIES.get(table, 0)
    ruleset.add(Chain(*place, name, hook, priority, verdict, table == "nat"))


def _add_rule(ruleset: Ruleset, line: str, family: str, table: str) -> None:
    name = line.removeprefix("-A").strip().partition(" ")[0]
    chain = ruleset.chains.get((family, table, name))
    if chain is None:
        return
    steps: tuple[Step, ...]
    try:
        steps = tuple(_steps(shlex.split(line)[2:]))
    except ValueError:  # unbalanced quotes
        steps = (Match(_cannot_tell), End(Verdict.UNKNOWN))
    chain.rules.append(Rule(steps, f"{table}: {line}"))


def _steps(words: Words) -> Iterator[Step]:
    """Yield the steps of a rule; iptables-save prints the target last."""
    place, is_negated = 0, False
    while place < len(words):
        word = words[place]
        if word == "!":
            is_negated, place = True, place + 1
            continue
        arguments = _arguments(words, place + 1)
        if word in ("-j", "-g"):
            yield from _target(word, words[place + 1 :])
            return
        test = _test(word, arguments)
        if test is not None:
            yield Match(_opposite(test) if is_negated else test)
        place, is_negated = place + 1 + len(arguments), False


def _arguments(words: Words, start: int) -> Words:
    """Return the arguments of an option."""
    end = start
    while end < len(words) and not words[end].startswith("-") and words[end] != "!":
        end += 1
    return words[start:end]


def _target(option: str, words: Words) -> Iterator[Step]:
    name, rest = (words[0], words[1:]) if words else ("?", [])
    if option == "-g":
        yield Jump(name, is_goto=True)
    elif name in _TARGETS:
        yield End(_TARGETS[name])
    elif name == "RETURN":
        yield Return()
    elif name == "NOTRACK" or (name == "CT" and "--notrack" in rest):
        yield NoTrack()
    elif name == "CT" and "--helper" in rest[:-1]:
        yield AssignHelper(rest[rest.index("--helper") + 1], is_template=True)
    elif name not in _GO_ON:
        yield Jump(name)  # a chain, or an unknown target


def _cannot_tell(_: Packet) -> Truth:
    return None


def _opposite(test: Test) -> Test:
    return lambda packet: negated(test(packet))


def _test(option: str, arguments: Words) -> Test | None:
    """Return the test of an option, or None if it tests nothing."""
    argument = arguments[0] if arguments else ""
    if option in ("-m", "--comment", "--reject-with"):
        return None
    makers: dict[str, Callable[[str], Test]] = {
        "-p": _protocol,
        "-s": lambda text: _address(text, lambda packet: packet.source),
        "-d": lambda text: _address(text, lambda packet: packet.destination),
        "-i": lambda text: _device(text, is_inward=True),
        "-o": lambda text: _device(text, is_inward=False),
        "--sport": lambda text: _ports(text, _source_port),
        "--sports": lambda text: _ports(text, _source_port),
        "--dport": lambda text: _ports(text, _destination_port),
        "--dports": lambda text: _ports(text, _destination_port),
        "--ports": lambda text: _ports(text, _source_port, _destination_port),
        "--ctstate": _state,
        "--state": _state,
        "--helper": lambda text: lambda packet: packet.helper == text,
        "--dst-type": lambda text: _kind(text, is_inward=True),
        "--src-type": lambda text: _kind(text, is_inward=False),
    }
    if option in _NOT_OF_UDP:
        return lambda _: False
    maker = makers.get(option)
    if maker is None:
        return _cannot_tell  # an extension that the model does not support
    try:
        return maker(argument)
    except ValueError:
        return _cannot_tell


def _protocol(text: str) -> Test:
    is_udp = text in ("udp", "17", "all", "0")
    return lambda _: is_udp


def _address(text: str, field: Callable[[Packet], object]) -> Test:
    network = ip_network(text, strict=False)
    return lambda packet: field(packet) in network


def _device(text: str, *, is_inward: bool) -> Test:
    def test(packet: Packet) -> Truth:
        if packet.is_inward is not is_inward:
            return False
        if text.endswith("+"):
            return packet.device.startswith(text[:-1])
        return packet.device == text

    return test


def _kind(text: str, *, is_inward: bool) -> Test:
    """Return a test of the kind of address, our own if the packet IS_INWARD."""
    kinds = text.split(",")
    return lambda packet: (
        ("LOCAL" if packet.is_inward is is_inward else "UNICAST") in kinds
    )


def _source_port(packet: Packet) -> int:
    return packet.source_port


def _destination_port(packet: Packet) -> int:
    return packet.destination_port


def _ports(text: str, *fields: Callable[[Packet], int]) -> Test:
    spans = []
    for part in text.split(","):
        first, colon, last = part.partition(":")
        low, high = int(first or 0), int((last or 65_535) if colon else first)
        spans.append((low, high))

    def test(packet: Packet) -> Truth:
        ports = [field(packet) for field in fields]
        return any(low <= port <= high for port in ports for low, high in spans)

    return test


def _state(text: str) -> Test:
    names = [name.lower() for name in text.split(",")]

    def test(packet: Packet) -> Truth:
        if packet.state is None:
            return None
        # "dnat": a translating rule is a doubt itself
        known = {state.value for state in State} | {"dnat", "snat"}
        truths: list[Truth] = [
            name == packet.state.value if name in known else None for name in names
        ]
        return either(truths)

    return test
