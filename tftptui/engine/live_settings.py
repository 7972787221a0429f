"""Settings as changed by commands, for a restarted engine."""

from pathlib import Path

import msgspec

from tftptui.engine.messages import (
    ChangeSettings,
    Command,
    RewriteName,
    ServeFolder,
    SetPorts,
)
from tftptui.settings import LIVE, PortRange, Settings, Value, changed_settings

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/-")
_ASCII = range(0x20, 0x7F)


def settings_after(settings: Settings, command: Command) -> Settings:
    """Return SETTINGS as changed by COMMAND."""
    match command:
        case SetPorts():
            return msgspec.structs.replace(
                settings,
                ports=PortRange(command.first, command.last),
                order=command.order,
                quarantine=command.quarantine,
                single_port=command.single_port,
            )
        case ChangeSettings(changes):
            return changed_settings(settings, changes)
        case ServeFolder(folder):
            return msgspec.structs.replace(settings, root=folder_of(folder), named=())
        case RewriteName(asked, name):
            return with_rule(settings, asked, name)
        case _:
            return settings


def folder_of(text: str) -> Path:
    """Return the path for TEXT; ``~`` is the home of the server's user."""
    return Path(text).expanduser().absolute()


def with_rule(settings: Settings, requested: bytes, name: bytes) -> Settings:
    """Return SETTINGS with a first rewrite rule from REQUESTED to NAME."""
    rules = (exact_rule(requested, name), *settings.rewrite)
    return msgspec.structs.replace(settings, rewrite=rules)


def live_settings(settings: Settings) -> dict[str, Value]:
    """Return the settings that may be changed at runtime, by name."""
    values = msgspec.structs.asdict(settings)
    return {name: _plain(values[name]) for name in sorted(LIVE)}


def _plain(value: Value | tuple[str, ...]) -> Value:
    """Return a value as sent between processes."""
    return [*value] if isinstance(value, tuple) else value


def exact_rule(requested: bytes, name: bytes) -> str:
    """Return the rewrite rule that turns exactly REQUESTED into NAME."""
    pattern = "".join(_in_pattern(octet) for octet in requested)
    replacement = "".join(_in_replacement(octet) for octet in name)
    return rf"\A{pattern}\Z={replacement}"


def _in_pattern(octet: int) -> str:
    if octet in _PLAIN:
        return chr(octet)
    return f"\\{chr(octet)}" if octet in _ASCII else f"\\x{octet:02x}"


def _in_replacement(octet: int) -> str:
    if octet == ord("\\"):
        return "\\\\"
    # Python's replacement templates only know octal escapes.
    return f"\\{octet:03o}" if octet >= 0x80 else chr(octet)  # noqa: PLR2004 - no ASCII
