"""What the doctor's verdicts on the three flows of a transfer add up to."""

from tftptui.doctor.packet_filter.exchange import Exchange
from tftptui.doctor.packet_filter.model import Truth


def comes_through(exchange: Exchange) -> Truth:
    """Return whether a transfer comes through; None where that can't be told."""
    flows = (exchange.request, exchange.answer, exchange.ack)
    truths = {each.passes for each in flows}
    return False if False in truths else None if None in truths else True
