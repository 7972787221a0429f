"""Reads the rules from nft and iptables."""

import os
from pathlib import Path

from tftptui.doctor.facts import Filters
from tftptui.doctor.reading.programs import printed

_CAP_NET_ADMIN = 12
_SAVERS = {"ip": "iptables", "ip6": "ip6tables"}
_LEGACY_TABLES = {
    "ip": Path("/proc/thread-self/net/ip_tables_names"),
    "ip6": Path("/proc/thread-self/net/ip6_tables_names"),
}
_UFW = Path("/etc/ufw/ufw.conf")


def may_read() -> bool:
    """Return whether the rules can be read by this process."""
    if not (hasattr(os, "geteuid") and os.geteuid() == 0):
        return False
    try:
        status = Path("/proc/self/status").read_text("utf-8")
    except OSError:
        return True
    held = int(status.partition("CapEff:")[2].split()[0], 16)
    return bool(held >> _CAP_NET_ADMIN & 1)  # dropped even by a server that stays root


def read_filters() -> Filters:
    """Return the programs' output, or why they fail."""
    nft = printed("nft", "-j", "list", "ruleset")
    saved = {family: text for family, name in _SAVERS.items() if (text := _saved(name))}
    legacy = {
        family: text
        for family, name in _SAVERS.items()
        if _has_tables(family) and (text := _legacy(name))
    }
    trouble = ""
    if nft.is_missing and not saved and not legacy:
        trouble = "neither nft nor iptables is installed"
    elif nft.trouble:
        trouble = f"nft: {nft.trouble}"
    return Filters(
        nft=nft.text or None,
        saved=saved,
        legacy=legacy,
        trouble=trouble,
        is_ufw=_is_ufw(),
    )


def _saved(name: str) -> str:
    """Return the rules of the nft variant."""
    found = printed(f"{name}-nft-save")
    if found.is_missing and "nf_tables" in printed(f"{name}-save", "--version").text:
        return printed(f"{name}-save").text
    return found.text


def _legacy(name: str) -> str:
    """Return the rules of the legacy variant; older systems have no other."""
    found = printed(f"{name}-legacy-save")
    return printed(f"{name}-save").text if found.is_missing else found.text


def _has_tables(family: str) -> bool:
    """Return whether the legacy variant is in use, without loading its modules."""
    try:
        return bool(_LEGACY_TABLES[family].read_text("ascii", "replace").strip())
    except OSError:
        return False


def _is_ufw() -> bool:
    try:
        return "ENABLED=yes" in _UFW.read_text("utf-8", "replace")
    except OSError:
        return False
