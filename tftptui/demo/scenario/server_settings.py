"""What of a server's settings a scenario may say."""

from collections.abc import Mapping

import msgspec

from tftptui.settings import Settings, Value, changed_settings, parse_port_range

PORT_SETTINGS = frozenset({"ports", "order", "single_port", "quarantine"})
"""Settings of the ports; the others are in settings.LIVE."""


def settings_with(settings: Settings, table: Mapping[str, Value]) -> Settings:
    """Return SETTINGS with what a scenario says.

    Raises:
        SettingsError: a value makes no sense.
    """
    live, _ = sort_settings(table)
    return ports_changed(changed_settings(settings, live), table)


def ports_changed(settings: Settings, changes: Mapping[str, Value]) -> Settings:
    """Return SETTINGS with those of CHANGES that are about ports.

    Raises:
        SettingsError: one makes no sense.
    """
    wanted: dict[str, object] = {
        name: value for name, value in changes.items() if name in PORT_SETTINGS
    }
    if "ports" in wanted:
        wanted["ports"] = parse_port_range(str(wanted["ports"]))
    fields = msgspec.structs.asdict(settings) | wanted
    return Settings(**fields)  # by the constructor, which looks at every value


def sort_settings(changes: Mapping[str, Value]) -> tuple[dict[str, Value], bool]:
    """Return the live settings among CHANGES, and whether there are others."""
    live = {k: value for k, value in changes.items() if k not in PORT_SETTINGS}
    return live, len(live) < len(changes)
