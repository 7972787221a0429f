"""Limits of this process: descriptors, garbage collection, thread switching."""

import contextlib
import gc
import sys

try:
    import resource
except ImportError:  # not available on Windows
    resource = None  # type: ignore[assignment]  # mypy sees the module only

_WINDOWS_LIMIT = 8_192
"""Open files that the Windows C library allows at most."""

_THRESHOLD = 20_000
"""Net allocations that start a garbage collection; Python's default is 700."""


_TURN = 0.0005
"""Seconds after which a computing thread yields to the event loop. Python's default is
ten times that, and each packet of a transfer would wait that long."""


def raise_descriptor_limit() -> None:
    """Raise the limit of open files to the maximum: a transfer takes three."""
    if resource is None:
        return  # type: ignore[unreachable]  # reached on Windows
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def descriptor_limit() -> int:
    """Return how many file descriptors this process may open."""
    if resource is None:
        return _WINDOWS_LIMIT  # type: ignore[unreachable]  # reached on Windows
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else sys.maxsize


def calm_collector() -> None:
    """Run the cyclic garbage collector rarely, and not on existing objects.

    Transfers create no cycles, but a thousand of them would trigger it all the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_THRESHOLD, 20, 50)


def give_short_turns() -> None:
    """Make threads that count, list or hash files yield to transfers sooner."""
    sys.setswitchinterval(_TURN)
