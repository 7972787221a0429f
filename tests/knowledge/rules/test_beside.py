"""What a capture tells that a server can't see, rule by rule."""

from tests.support.cases import CLIENT, NOON, SERVER, case, icmp, tried
from tests.support.findings import draft_of
from tftptui.knowledge.case import Scene
from tftptui.knowledge.rules import judge
from tftptui.telemetry.views import TransferView

BESIDE = Scene(addresses=frozenset({SERVER}), is_capture=True)


def blocks_behind() -> TransferView:
    """An upload that its client gives up soon: its blocks pass here, and no further."""
    return tried(
        direction="write",
        heard=True,
        moved=NOON + 0.1,
        retransmits=4,
        timeouts=3,
        lost_to_server=3,
        phase="stalled",
    )


def test_what_a_client_sent_in_vain_until_it_closed_its_port_is_lost_behind() -> None:
    gone = (icmp(3, CLIENT, 4.05),)
    draft = draft_of(case(blocks_behind(), now=4.1, icmp=gone, scene=BESIDE))
    assert draft.code == "acks-blocked"
    assert draft.headline.startswith(f"The blocks of {CLIENT} are in this capture, but")


def test_while_it_goes_on_the_same_may_be_chance() -> None:
    assert judge(case(blocks_behind(), now=4.1, scene=BESIDE)) is None
