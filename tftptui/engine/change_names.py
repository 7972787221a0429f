"""Commands that change what a name resolves to, or the directory served."""

import contextlib
import os

from tftptui.engine.client import CommandRefusedError
from tftptui.engine.live_settings import folder_of, with_rule
from tftptui.engine.messages import LinkName, RewriteName, ServeFolder, UnlinkName
from tftptui.server.root.from_settings import root_of
from tftptui.server.root.link_commands import link, unlink
from tftptui.server.root.path_resolution import RootError
from tftptui.server.service import Service
from tftptui.settings import SettingsError


def lead_elsewhere(
    service: Service, command: LinkName | UnlinkName | RewriteName | ServeFolder
) -> None:
    """Create or remove a link, add a rewrite rule, or serve another directory.

    Raises:
        CommandRefusedError: it can't be done or would not help; nothing has changed.
    """
    try:
        match command:
            case LinkName(asked, name):
                _require_writing(service, "; make a rewrite rule instead")
                link(service.root, asked, name)
            case UnlinkName(asked, name):
                _require_writing(service)
                unlink(service.root, asked, name)
            case RewriteName(asked, name):
                _add_rule(service, asked, name)
            case ServeFolder(folder):
                _serve(service, folder)
    except (RootError, SettingsError) as error:
        raise CommandRefusedError(str(error)) from error
    except OSError as error:
        raise CommandRefusedError(
            f"cannot change the link: {error.strerror}"
        ) from error


def _require_writing(service: Service, instead: str = "") -> None:
    if service.settings.write == "off":
        raise CommandRefusedError(
            f"uploads are off, so links cannot be created or removed{instead}"
        )


def _serve(service: Service, folder: str) -> None:
    try:
        service.serve(folder_of(folder), by="operator")
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CommandRefusedError(f"cannot serve {folder}: {why}") from error


def _add_rule(service: Service, requested: bytes, name: bytes) -> None:
    settings = with_rule(service.settings, requested, name)
    trial = root_of(settings)
    with contextlib.closing(trial):
        file = trial.open(requested)
    os.close(file.descriptor)
    if file.name != b"/".join(part for part in name.split(b"/") if part):
        raise CommandRefusedError("another rewrite rule would lead elsewhere")
    service.change_settings({"rewrite": list(settings.rewrite)}, by="operator")
