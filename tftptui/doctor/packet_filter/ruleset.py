"""All rules of this host, no matter which program loaded them."""

from collections.abc import Mapping

from tftptui.doctor.packet_filter.iptables import read_iptables
from tftptui.doctor.packet_filter.model import Ruleset
from tftptui.doctor.packet_filter.nft import read_nft

FAMILIES = ("ip", "ip6")

_SHARED = frozenset({"filter", "raw", "mangle", "nat", "security"})
"""Tables that iptables keeps in nftables."""


def read_host(
    nft: str | None, saved: Mapping[str, str], legacy: Mapping[str, str]
) -> Ruleset:
    """Return the output of the programs as one ruleset.

    Args:
        nft: of ``nft -j list ruleset``; None if there is no nft.
        saved: of iptables-save and ip6tables-save, by family "ip" and "ip6".
        legacy: the same of the legacy variant, whose rules nft does not list.

    Raises:
        RulesetError: nft printed something else than a ruleset.
    """
    ruleset, foreign = read_nft(nft) if nft is not None else (Ruleset(), set(FAMILIES))
    for family in FAMILIES:
        if family in foreign and family in saved:
            _replace(ruleset, family, read_iptables(saved[family], family))
        if family in legacy:
            more = read_iptables(legacy[family], family, "iptables-legacy")
            ruleset.chains |= more.chains
    return ruleset


def _replace(ruleset: Ruleset, family: str, better: Ruleset) -> None:
    """Replace the tables shared with nft by iptables-save's version."""
    shared = [key for key in ruleset.chains if key[0] == family and key[1] in _SHARED]
    for key in shared:
        del ruleset.chains[key]
    ruleset.chains |= better.chains
