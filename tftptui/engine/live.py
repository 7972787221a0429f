"""Settings as commands have changed them: what an engine begun anew has to know."""

import msgspec

from tftptui.engine.messages import (
    ChangeSettings,
    Command,
    RewriteName,
    SetPorts,
)
from tftptui.engine.renaming import with_rule
from tftptui.settings import PortRange, Settings, changed_settings


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
        case RewriteName(asked, name):
            return with_rule(settings, asked, name)
        case _:
            return settings
