"""The settings of a server, and the text form of their values."""

from tftptui.settings.served import Named, words_of
from tftptui.settings.server import (
    ANY_INTERFACE,
    DEFAULT_PORTS,
    FALLBACK_PORT,
    LIVE,
    NO_CONTROL,
    TFTP_PORT,
    Settings,
    Value,
    changed_settings,
    option_name,
)
from tftptui.settings.values import (
    HIGHEST_PORT,
    LOOPBACK,
    LOWEST_PORT,
    PortRange,
    SettingsError,
    parse_bandwidth,
    parse_bytes,
    parse_network,
    parse_place,
    parse_port_range,
)

__all__ = [
    "ANY_INTERFACE",
    "DEFAULT_PORTS",
    "FALLBACK_PORT",
    "HIGHEST_PORT",
    "LIVE",
    "LOOPBACK",
    "LOWEST_PORT",
    "NO_CONTROL",
    "TFTP_PORT",
    "Named",
    "PortRange",
    "Settings",
    "SettingsError",
    "Value",
    "changed_settings",
    "option_name",
    "parse_bandwidth",
    "parse_bytes",
    "parse_network",
    "parse_place",
    "parse_port_range",
    "words_of",
]
