"""The port pool as shown to watchers, and the command that changes its range."""

from tftptui.engine.client import CommandRefusedError
from tftptui.engine.messages import SetPorts
from tftptui.server.service import Service
from tftptui.settings import PortRange, SettingsError
from tftptui.telemetry.views import FOREIGN, FREE, HostPorts, PortMap

LONGEST_QUARANTINE = 3_600.0


def set_ports(service: Service, command: SetPorts) -> None:
    """Reply from other ports from now on.

    Raises:
        CommandRefusedError: it can't be done; nothing has changed.
    """
    try:
        ports = PortRange(command.first, command.last)
    except SettingsError as error:
        raise CommandRefusedError(str(error)) from error
    if not 0 <= command.quarantine <= LONGEST_QUARANTINE:
        raise CommandRefusedError(
            f"reuse delay {command.quarantine:g} s: it must be 0 to "
            f"{LONGEST_QUARANTINE:g} s"
        )
    request_port = {listener.local.port for listener in service.listeners}
    if len(ports) == 1 and ports.first in request_port:
        raise CommandRefusedError(
            f"port {ports.first} takes the requests; choose another, "
            "or single-port mode"
        )
    service.set_ports(
        ports,
        order=command.order,
        quarantine=command.quarantine,
        by="operator",
        single_port=command.single_port,
    )


def port_map(service: Service, host: HostPorts | None) -> PortMap:
    """Return the current port map of a service, with ports in use on its HOST."""
    pool, clock = service.pool, service.recorder.clock
    to_wall = clock.wall() - clock.now()
    states = bytearray(pool.states())
    for port in host.held if host else ():
        if port in pool.ports and states[port - pool.ports.first] == FREE:
            states[port - pool.ports.first] = FOREIGN
    return PortMap(
        first=pool.ports.first,
        last=pool.ports.last,
        order=pool.order,
        quarantine=pool.quarantine,
        states=bytes(states),
        single_port=service.settings.single_port,
        resting={
            port: round(until + to_wall, 3) for port, until in pool.resting().items()
        },
    )
