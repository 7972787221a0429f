"""The firewall rules for a range while it is typed, with the changes marked."""

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import Static

from tftptui.engine.messages import SetPorts
from tftptui.knowledge.firewall.advice import advise
from tftptui.knowledge.firewall.seen import Traffic
from tftptui.knowledge.firewall.situation import (
    ANYWHERE,
    Address,
    Situation,
    SituationError,
    Way,
)
from tftptui.knowledge.firewall.traffic import traffic_of
from tftptui.net.interfaces import own_addresses
from tftptui.settings import TFTP_PORT, PortRange
from tftptui.ui.firewall.observed_traffic import seen_lines
from tftptui.ui.firewall.rule_choice import PLACES, Wishes
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles


def rules_for(
    command: SetPorts, wishes: Wishes, traffic: Traffic, own: Sequence[Address]
) -> list[str]:
    """Return the rules that allow replies from the ports of COMMAND.

    They are for a firewall without a TFTP helper: with a helper, the range does not
    matter.

    Raises:
        SituationError: there is no address to write rules for, or this kind of firewall
            cannot express them.
    """
    choice = wishes.choice(traffic.where)
    situation = Situation(
        servers=traffic.servers or tuple(own),
        clients=wishes.clients(traffic) or ANYWHERE,
        port=traffic.port or TFTP_PORT,
        ports=PortRange(command.first, command.last),
        where=choice.where,
        kind=choice.kind,
        is_single_port=command.single_port,
        has_nat=choice.has_nat,
    )
    way = Way.SINGLE_PORT if command.single_port else Way.RANGE
    ways = advise(situation, wishes.dialect).alternatives
    chosen = next(one for one in ways if one.way is way)
    if chosen.obstacle is not None:
        raise SituationError(chosen.obstacle)
    return [rule.text for rule in chosen.rules]


class RulePreview(Static):
    """Rules in the dialect chosen on the firewall screen; new ones are highlighted."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "RulePreview { display: none; height: auto; }"

    def __init__(self, store: Store) -> None:
        super().__init__(id="port-rules", markup=False)
        self._store = store
        self._own: Sequence[Address] | None = None
        self._asked: object = None

    def look(self, command: SetPorts, now: SetPorts, wishes: Wishes) -> None:
        """Show the rules for COMMAND while NOW is in use."""
        if self._own is None:
            self._own = own_addresses()
        traffic = traffic_of(seen_lines(self._store))
        ends = (traffic.servers, traffic.clients, traffic.port, traffic.where)
        if (question := (command, now, wishes, ends)) != self._asked:
            self._asked = question
            self.update(self._draw(command, now, wishes, traffic))

    def _draw(
        self, command: SetPorts, now: SetPorts, wishes: Wishes, traffic: Traffic
    ) -> Text:
        slots, own = slot_styles(self.app.theme_variables), self._own or ()
        place = PLACES[wishes.choice(traffic.where).where]
        text = Text(
            f"{wishes.dialect.speech.title} {place}, without helper · f for others",
            slots["muted"],
        )
        try:
            rules = rules_for(command, wishes, traffic, own)
            before = rules_for(now, wishes, traffic, own)
        except SituationError as error:
            return text.append(f"\n{error}", slots["muted"])
        for rule in rules:
            is_new = rule not in before
            text.append(f"\n{'▸' if is_new else ' '} ", slots["transfer-active"])
            text.append(rule, slots["transfer-active" if is_new else "muted"])
        return text
