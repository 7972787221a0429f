"""Create the root and its name rules from the settings."""

from collections.abc import Callable

from tftptui.net.neighbours import hardware_address
from tftptui.server.root.names import Names, components, no_folder
from tftptui.server.root.rewriting import parse_rules
from tftptui.server.root.root import Root
from tftptui.settings import Settings, SettingsError
from tftptui.telemetry.escapes import visible


def names_of(settings: Settings) -> Names:
    """Return the name rules.

    Raises:
        SettingsError: a rewrite rule is invalid.
    """
    return Names(
        rules=parse_rules(settings.rewrite),
        folder_of=_FOLDERS[settings.per_client],
        ignore_case=settings.ignore_case,
    )


def root_of(settings: Settings) -> Root:
    """Open the root.

    Raises:
        SettingsError: it can't be opened, or a rewrite rule is invalid.
    """
    names = names_of(settings)
    try:
        return Root(settings.root, names, settings.named)
    except OSError as error:
        place = error.filename if settings.named else settings.root
        raise SettingsError(f"cannot serve {place}: {error.strerror}") from error


def served_as(requested: bytes, name: bytes) -> str:
    """Return NAME as printable text if it differs from the one REQUESTED, else ""."""
    return "" if components(requested) == components(name) else visible(name)


def _by_address(client: str) -> bytes:
    return client.encode()


def _by_hardware(client: str) -> bytes | None:
    mac = hardware_address(client)
    return None if mac is None else mac.encode()


_FOLDERS: dict[str, Callable[[str], bytes | None]] = {
    "off": no_folder,
    "ip": _by_address,
    "mac": _by_hardware,
}
