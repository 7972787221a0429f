"""The bytes an object occupies, including everything that only it refers to."""

import gc
import sys
from types import FunctionType, MethodType, ModuleType

_SHARED = (type, ModuleType, FunctionType, MethodType)


def deep_size(thing: object) -> int:
    """Return the bytes of THING and of everything it refers to, each counted once.

    Classes, modules and functions are not counted: they exist without it.
    """
    found: dict[int, object] = {}
    ahead = [thing]
    while ahead:
        one = ahead.pop()
        if id(one) in found or isinstance(one, _SHARED):
            continue
        found[id(one)] = one
        ahead += gc.get_referents(one)
    return sum(sys.getsizeof(one) for one in found.values())
