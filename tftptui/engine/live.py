"""Settings as commands have changed them: what an engine begun anew has to know."""

from pathlib import Path

import msgspec

from tftptui.engine.messages import (
    ChangeSettings,
    Command,
    RewriteName,
    ServeFolder,
    SetPorts,
)
from tftptui.server.aliases import exact_rule
from tftptui.settings import LIVE, PortRange, Settings, Value, changed_settings


def settings_after(settings: Settings, command: Command) -> Settings:
    """Return SETTINGS as they are once COMMAND has been carried out."""
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
    """Return the folder that TEXT means: ``~`` is the server's own home."""
    return Path(text).expanduser().absolute()


def with_rule(settings: Settings, asked: bytes, name: bytes) -> Settings:
    """Return SETTINGS with a rule, before all others, that turns ASKED into NAME."""
    rules = (exact_rule(asked, name), *settings.rewrite)
    return msgspec.structs.replace(settings, rewrite=rules)


def live_settings(settings: Settings) -> dict[str, Value]:
    """Return by name what may be changed while the server runs, as it is now."""
    values = msgspec.structs.asdict(settings)
    return {name: _plain(values[name]) for name in sorted(LIVE)}


def _plain(value: Value | tuple[str, ...]) -> Value:
    """Return a value as it is between processes."""
    return [*value] if isinstance(value, tuple) else value
