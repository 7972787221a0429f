"""What the person at the screen prefers, for as long as the program runs."""

from dataclasses import dataclass

PLATFORMS = (
    "nftables",
    "iptables",
    "ufw",
    "firewalld",
    "Cisco ASA",
    "Cisco IOS",
    "Juniper SRX",
    "Windows Defender",
)
"""Kinds of firewall that rules can be written for."""


@dataclass
class Taste:
    """Choices that outlive the screen on which they were made.

    Attributes:
        platform: whose rules to show; one of PLATFORMS.
    """

    platform: str = PLATFORMS[0]

    def next_platform(self, step: int, among: list[str]) -> None:
        """Choose the platform STEP places on among those on offer."""
        if not among:
            return
        here = among.index(self.platform) if self.platform in among else 0
        self.platform = among[(here + step) % len(among)]
