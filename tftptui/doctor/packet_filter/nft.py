"""Parses ``nft -j list ruleset`` into the model (libnftables-json(5))."""

from collections.abc import Iterator, Mapping

import msgspec

from tftptui.doctor.packet_filter.fields import (
    NotThereError,
    UnknownFieldError,
    field_value,
)
from tftptui.doctor.packet_filter.model import (
    AssignHelper,
    Chain,
    Choice,
    End,
    Jump,
    Match,
    NoTrack,
    Packet,
    Return,
    Rule,
    Ruleset,
    Step,
    Test,
    Truth,
    Verdict,
)
from tftptui.doctor.packet_filter.values import (
    Json,
    Sets,
    Value,
    both,
    compare,
    either,
    equals,
    negated,
)

_ENDS = {
    "accept": Verdict.ACCEPT,
    "drop": Verdict.DROP,
    "reject": Verdict.REJECT,
    "queue": Verdict.UNKNOWN,
    "dnat": Verdict.UNKNOWN,
    "redirect": Verdict.UNKNOWN,
    "tproxy": Verdict.UNKNOWN,
    "synproxy": Verdict.UNKNOWN,
    "snat": Verdict.ACCEPT,
    "masquerade": Verdict.ACCEPT,
}
_HARMLESS = frozenset(
    {
        "counter",
        "log",
        "mangle",
        "continue",
        "quota",
        "set",
        "map",
        "flow",
        "ct timeout",
        "ct expectation",
        "dup",
        "last",
        "comment",
    }
)
_HARMLESS_TARGETS = frozenset({"LOG", "NFLOG", "MARK", "CONNMARK", "TCPMSS", "comment"})

_Table = tuple[str, str]


class RulesetError(ValueError):
    """The text is not nft's output."""


def read_nft(text: str | bytes) -> tuple[Ruleset, set[str]]:
    """Return the rules in the output of ``nft -j list ruleset``.

    And the families in which iptables has rules that nft can't print.

    Raises:
        RulesetError: it is something else.
    """
    try:
        listing = msgspec.json.decode(text, type=dict[str, list[dict[str, Json]]])
    except msgspec.DecodeError as error:
        raise RulesetError(f"nft printed no ruleset: {error}") from error
    reader = _Reader(listing.get("nftables", []))
    return reader.ruleset, reader.foreign


class _Reader:
    """Reads the objects of a listing: sets and helpers first, rules last."""

    def __init__(self, objects: list[dict[str, Json]]) -> None:
        self.ruleset = Ruleset()
        self.foreign: set[str] = set()
        self._sets: dict[_Table, dict[str, list[Json]]] = {}
        self._helpers: dict[tuple[str, str, str], str] = {}
        for kind, body in self._each(objects, "set", "map", "ct helper", "chain"):
            self._read_named(kind, body)
        for _, body in self._each(objects, "rule"):
            self._read_rule(body)

    @staticmethod
    def _each(
        objects: list[dict[str, Json]], *kinds: str
    ) -> Iterator[tuple[str, Mapping[str, Json]]]:
        for each in objects:
            for kind, body in each.items():
                if kind in kinds and isinstance(body, dict):
                    yield kind, body

    def _read_named(self, kind: str, body: Mapping[str, Json]) -> None:
        family, table = str(body.get("family")), str(body.get("table"))
        name = str(body.get("name"))
        match kind:
            case "ct helper":
                self._helpers[family, table, name] = str(body.get("type"))
            case "chain":
                self.ruleset.add(_chain(body, family, table, name))
            case _:
                elements = body.get("elem")
                sets = self._sets.setdefault((family, table), {})
                sets[name] = elements if isinstance(elements, list) else []

    def _read_rule(self, body: Mapping[str, Json]) -> None:
        family, table = str(body.get("family")), str(body.get("table"))
        chain = self.ruleset.chains.get((family, table, str(body.get("chain"))))
        expressions = body.get("expr")
        if chain is None or not isinstance(expressions, list):
            return
        sets = self._sets.get((family, table), {})
        steps = [
            step
            for each in expressions
            if isinstance(each, dict)
            for name, argument in each.items()
            for step in self._steps(name, argument, sets, (family, table))
        ]
        words = f"{chain.words}, handle {body.get('handle')}"
        chain.rules.append(Rule(tuple(steps), words))

    def _steps(
        self, name: str, argument: Json, sets: Sets, table: _Table
    ) -> Iterator[Step]:
        match name, argument:
            case "match", {"op": str() as operator, "left": left, "right": right}:
                yield Match(_test(left, operator, right, sets))
            case "vmap", {"key": key, "data": data}:
                yield _choice(key, data, sets)
            case "ct helper", str() as helper:
                yield AssignHelper(self._helpers.get((*table, helper), "?"))
            case "xt", _:
                self.foreign.add(table[0])
                yield from _foreign(argument)
            case _:
                yield from _plain(name, argument)


def _chain(body: Mapping[str, Json], family: str, table: str, name: str) -> Chain:
    hook, priority = body.get("hook"), body.get("prio")
    policy = Verdict.DROP if body.get("policy") == "drop" else Verdict.ACCEPT
    return Chain(
        family,
        table,
        name,
        hook if isinstance(hook, str) else None,
        priority if isinstance(priority, int) else 0,
        policy,
        body.get("type") == "nat",
    )


def _plain(name: str, argument: Json) -> Iterator[Step]:
    """Yield the step of a statement without context."""
    match name, argument:
        case (("jump" | "goto"), {"target": str() as target}):
            yield Jump(target, name == "goto")
        case "return", _:
            yield Return()
        case "notrack", _:
            yield NoTrack()
        case _ if name in _ENDS:
            yield End(_ENDS[name])
        case _ if name in _HARMLESS:
            return
        case _:  # limits, and statements that the model does not support
            yield Match(_cannot_tell)


def _foreign(argument: Json) -> Iterator[Step]:
    """Yield the step of an iptables extension, of which nft prints only the name."""
    match argument:
        case {"name": str() as name} if name in _HARMLESS_TARGETS:
            return
        case {"type": "target", "name": "REJECT"}:
            yield End(Verdict.REJECT)
        case {"type": "target"}:
            yield End(Verdict.UNKNOWN)
        case _:
            yield Match(_cannot_tell)


def _cannot_tell(_: Packet) -> Truth:
    return None


def _choice(key: Json, data: Json, sets: Sets) -> Choice:
    elements: Json = data
    if isinstance(data, dict):
        elements = data.get("set")
    elif isinstance(data, str):
        elements = sets.get(data.removeprefix("@"))
    if not isinstance(elements, list):
        return Choice(((_cannot_tell, End(Verdict.UNKNOWN)),))
    cases: list[tuple[Test, Step]] = []
    for element in elements:
        match element:
            case [value, dict() as verdict]:
                for name, argument in verdict.items():
                    test = _test(key, "==", value, sets)
                    cases += [(test, step) for step in _plain(name, argument)]
            case _:
                cases.append((_cannot_tell, End(Verdict.UNKNOWN)))
    return Choice(tuple(cases))


def _test(left: Json, operator: str, right: Json, sets: Sets) -> Test:
    match left, right:
        case {"ct": {"key": "status"}}, "dnat" | "snat":
            # A translating rule was evaluated earlier, and is a doubt itself.
            return lambda _: operator == "!="
        case _:
            pass

    def test(packet: Packet) -> Truth:
        try:
            value = field_value(left, packet)
        except NotThereError:
            return False
        except UnknownFieldError:
            return None
        if isinstance(value, list):
            truth = _concat_equals(value, right, sets)
        elif operator in ("==", "in", "!="):
            truth = equals(value, right, sets)
        else:
            return compare(value, operator, right)
        return negated(truth) if operator == "!=" else truth

    return test


def _concat_equals(values: list[Value], right: Json, sets: Sets) -> Truth:
    """Return whether several fields together equal, or are in, the right side."""
    truth: Truth = None
    match right:
        case {"concat": list() as parts} if len(parts) == len(values):
            pairs = zip(values, parts, strict=True)
            truth = both([equals(value, part, sets) for value, part in pairs])
        case {"set": elements} | {"elem": {"val": elements}}:
            truth = _concat_equals(values, elements, sets)
        case list():
            truth = either([_concat_equals(values, each, sets) for each in right])
        case str() if right.removeprefix("@") in sets:
            truth = _concat_equals(values, sets[right.removeprefix("@")], sets)
        case _:
            pass
    return truth
