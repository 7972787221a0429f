"""Combines the doctor's verdicts on the three flows of a transfer."""

from tftptui.doctor.packet_filter.exchange import Exchange
from tftptui.doctor.packet_filter.model import Truth


def comes_through(exchange: Exchange) -> Truth:
    """Return whether a transfer succeeds; None if unknown."""
    flows = (exchange.request, exchange.answer, exchange.ack)
    truths = {each.passes for each in flows}
    return False if False in truths else None if None in truths else True
