"""All dialects."""

from enum import Enum

from tftptui.knowledge.firewall.dialects.cisco import ASA, IOS_ACL, IOS_ZONE
from tftptui.knowledge.firewall.dialects.front_ends import FIREWALLD, UFW
from tftptui.knowledge.firewall.dialects.iptables import IPTABLES
from tftptui.knowledge.firewall.dialects.juniper import SRX
from tftptui.knowledge.firewall.dialects.nftables import NFTABLES
from tftptui.knowledge.firewall.dialects.windows import WINDOWS
from tftptui.knowledge.firewall.listing import Speech
from tftptui.knowledge.firewall.situation import Kind, Where


class Dialect(Enum):
    """A firewall's configuration language."""

    NFTABLES = "nftables"
    IPTABLES = "iptables"
    UFW = "ufw"
    FIREWALLD = "firewalld"
    ASA = "asa"
    IOS_ACL = "ios-acl"
    IOS_ZONE = "ios-zone"
    SRX = "srx"
    WINDOWS = "windows"

    @property
    def speech(self) -> Speech:
        """The definition of the dialect."""
        return SPEECHES[self]

    def usual_kind(self, where: Where) -> Kind:
        """Return the default kind.

        On the server's host, replies and outgoing packets are mostly allowed already.
        """
        kinds = self.speech.kinds
        if where is Where.SERVER and Kind.STATEFUL in kinds:
            return Kind.STATEFUL
        return kinds[0]


SPEECHES = {
    Dialect.NFTABLES: NFTABLES,
    Dialect.IPTABLES: IPTABLES,
    Dialect.UFW: UFW,
    Dialect.FIREWALLD: FIREWALLD,
    Dialect.ASA: ASA,
    Dialect.IOS_ACL: IOS_ACL,
    Dialect.IOS_ZONE: IOS_ZONE,
    Dialect.SRX: SRX,
    Dialect.WINDOWS: WINDOWS,
}
