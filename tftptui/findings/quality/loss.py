"""loss: the file came, but more than two packets of a hundred were sent again."""

from tftptui.findings import remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import never
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT, Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted, times

_LOSS = 0.02

_FEW_RESENT = 3


KIND = Kind(
    code=Code.LOSS,
    scope=Scope.PATH,
    broken=(),
    helps={},
    ended=never,
)


def loss(facts: Facts) -> Draft | None:
    """It came, but more than two packets in a hundred had to be sent again."""
    one = facts.latest
    if one is None or one.direction != "read":
        return None
    if one.phase not in ("completed", "unconfirmed"):
        return None
    blocks = max(1, one.sent_blocks)
    share = one.retransmits / blocks
    if one.retransmits < _FEW_RESENT or share <= _LOSS:
        return None
    did = "got" if one.phase == "completed" else "was sent all of"
    return Draft(
        kind=KIND,
        headline=f"{facts.client} {did} {facts.file}, but packets were lost: "
        f"{one.retransmits:,} sent again for {counted(blocks, 'block')}.",
        confidence=FACT,
        stands_at="between",
        is_alarm=False,
        transfers=(one.number,),
        since=one.started,
        evidence=(_counts(one), *_places(one)),
        remedies=remedies.say(
            "look at the links on the way: duplex, cabling, a full queue, Wi-Fi"
        ),
    )


def _places(one: TransferView) -> list[Evidence]:
    """Return on which side of a capture packets were lost, as far as it shows."""
    sides = (
        (one.lost_to_client, "between here and the client"),
        (one.lost_to_server, "between here and the server"),
    )
    return [
        Evidence(text=f"{times(count)} it was lost {side}", transfer=one.number)
        for count, side in sides
        if count
    ]


def _counts(one: TransferView) -> Evidence:
    share = 100 * one.retransmits / max(1, one.sent_blocks)
    return Evidence(
        text=f"{one.retransmits:,} of {one.sent_blocks:,} blocks sent again "
        f"({share:.1f} %), {one.duplicates:,} packets came twice",
        transfer=one.number,
        time=one.ended,
    )
