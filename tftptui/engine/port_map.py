"""The pool of ports as a watcher sees it, with what other programs hold."""

from tftptui.server.service import Service
from tftptui.telemetry.views import FOREIGN, FREE, HostPorts, PortMap


def port_map(service: Service, host: HostPorts | None) -> PortMap:
    """Return the port map of a service as things stand on its HOST."""
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
