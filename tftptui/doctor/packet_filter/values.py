"""Values in rules: numbers, ranges, networks, names, sets of them."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from tftptui.doctor.packet_filter.model import Address, Truth

Json = object
"""Any JSON value."""

Value = int | str | Address | bool
Sets = Mapping[str, list[Json]]
"""Elements of named sets and maps, by name."""


def either(truths: list[Truth]) -> Truth:
    """Return whether any is true; None if unknown."""
    if True in truths:
        return True
    return None if None in truths else False


def both(truths: list[Truth]) -> Truth:
    """Return whether all are true; None if unknown."""
    if False in truths:
        return False
    return None if None in truths else True


def negated(truth: Truth) -> Truth:
    """Return the opposite; unknown stays unknown."""
    return None if truth is None else not truth


def equals(value: Value, right: Json, sets: Sets) -> Truth:
    """Return whether VALUE equals, or is in, the right side of a match."""
    truth: Truth = None
    match right:
        case {"set": elements} | {"elem": {"val": elements}}:
            truth = equals(value, elements, sets)
        case list():
            truth = either([equals(value, element, sets) for element in right])
        case {"prefix": {"addr": str() as address, "len": int() as length}}:
            truth = _in_network(value, f"{address}/{length}")
        case {"range": [low, high]}:
            truth = both([compare(value, ">=", low), compare(value, "<=", high)])
        case str() if right.startswith("@"):
            named = sets.get(right[1:])
            truth = None if named is None else equals(value, list(named), sets)
        case str():
            truth = _same_text(value, right)
        case bool() | int() if isinstance(value, int):
            truth = value == right
        case _:
            pass
    return truth


def compare(value: Value, operator: str, right: Json) -> Truth:
    """Return whether VALUE compares to RIGHT by <, >, <= or >=."""
    try:
        order = _order(value, right)
    except (TypeError, ValueError):
        return None
    return {
        "<": order < 0,
        ">": order > 0,
        "<=": order <= 0,
        ">=": order >= 0,
    }.get(operator)


def _order(value: Value, right: Json) -> int:
    if isinstance(value, Address):
        here, there = int(value), int(ip_address(str(right)))
    else:
        here, there = int(value), int(str(right))
    return (here > there) - (here < there)


def _in_network(value: Value, text: str) -> Truth:
    if not isinstance(value, Address):
        return None
    network: IPv4Network | IPv6Network = ip_network(text, strict=False)
    return value.version == network.version and value in network


def _same_text(value: Value, text: str) -> Truth:
    if isinstance(value, Address):
        try:
            return _in_network(value, text)
        except ValueError:
            return None  # a name, or something like 10.0.0.1-10.0.0.9
    if isinstance(value, int):
        return value == int(text) if text.isdecimal() else None
    if text.endswith("*"):
        return value.startswith(text[:-1])
    return value == text or (value, text) == ("host", "unicast")
