"""What the system lets one process have."""

import contextlib

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]  # mypy sees the module only


def raise_descriptor_limit() -> None:
    """Allow as many open files as we may: a transfer takes three."""
    if resource is None:
        return  # type: ignore[unreachable]  # reached on Windows
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
