"""The operator of a demo's server: changes settings live, and restores them."""

from collections.abc import Mapping

import msgspec

from tftptui.demo.scenario.tables import (
    PORT_SETTINGS,
    ports_changed,
    sort_settings,
)
from tftptui.engine.engine import Engine
from tftptui.engine.messages import ChangeSettings, SetPorts
from tftptui.settings import LIVE, Settings, Value


class Operator:
    """Changes a running engine, by the commands that a user would send.

    Attributes:
        single_port: the scene's setting, without the override.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._at_first = engine.service.settings
        self.single_port = self._at_first.single_port

    def change(self, changes: Mapping[str, Value]) -> None:
        """Apply changes, by names of settings."""
        live, is_about_ports = sort_settings(changes)
        if live:
            self._engine.carry_out(ChangeSettings(live))
        if is_about_ports:
            wanted = ports_changed(self._settings, changes)
            self.single_port = wanted.single_port
            self._set_ports(wanted)

    def reset(self) -> None:
        """Restore the initial settings."""
        before = msgspec.structs.asdict(self._at_first)
        now = msgspec.structs.asdict(self._settings)
        changed = {name for name, value in before.items() if value != now[name]}
        live = {name: before[name] for name in changed & LIVE}
        if live:
            self._engine.carry_out(ChangeSettings(live))
        if changed & PORT_SETTINGS:
            self.single_port = self._at_first.single_port
            self._set_ports(self._at_first)

    def force_single_port(self, *, is_forced: bool) -> None:
        """Override single-port mode, or return to the scene's setting."""
        wanted = is_forced or self.single_port
        if self._settings.single_port != wanted:
            self._set_ports(msgspec.structs.replace(self._settings, single_port=wanted))

    @property
    def _settings(self) -> Settings:
        return self._engine.service.settings

    def _set_ports(self, wanted: Settings) -> None:
        self._engine.carry_out(
            SetPorts(
                first=wanted.ports.first,
                last=wanted.ports.last,
                order="sequential" if wanted.order == "sequential" else "random",
                quarantine=wanted.quarantine,
                single_port=wanted.single_port,
            )
        )
