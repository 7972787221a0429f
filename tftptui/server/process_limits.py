"""What the system lets one process have."""

import contextlib
import gc
import sys

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]  # mypy sees the module only

_WINDOWS_LIMIT = 8_192
"""Files that the C library of Windows allows at most."""

_THRESHOLD = 20_000
"""Objects more than before that make it look; Python has 700."""


_TURN = 0.0005
"""Seconds after which a thread that computes lets the loop go on; Python has ten
times that, which each packet of a transfer would wait."""


def raise_descriptor_limit() -> None:
    """Allow as many open files as we may: a transfer takes three."""
    if resource is None:
        return  # type: ignore[unreachable]  # reached on Windows
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def descriptor_limit() -> int:
    """Return how many descriptors this process may have open."""
    if resource is None:
        return _WINDOWS_LIMIT  # type: ignore[unreachable]  # reached on Windows
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else sys.maxsize


def calm_collector() -> None:
    """Have Python look for garbage in circles seldom, and not in what is here now.

    Transfers leave none, and a thousand of them make it look all the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_THRESHOLD, 20, 50)


def give_short_turns() -> None:
    """Have threads that count, list or hash files hold up transfers no longer."""
    sys.setswitchinterval(_TURN)
