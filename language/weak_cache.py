"""A cache in front of a method that does not keep its object alive.

`lru_cache` around a bound method makes a ring: object, cache, method, object. Only the collector of rings frees it, and
never what was there when the collector was asked to leave everything alone (`gc.freeze`).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar
from weakref import WeakMethod

_P = ParamSpec("_P")
_R = TypeVar("_R")


def weakly_cached(method: Callable[_P, _R], size: int) -> Callable[_P, _R]:
    """The method with the results of its last calls kept. Its arguments must be hashable.

    Args:
        method: Bound to the object that will hold the cache.
        size: So many results.
    """
    found: WeakMethod[Any] = WeakMethod(method)

    @lru_cache(maxsize=size)
    def cached(*args: Any, **kwargs: Any) -> _R:  # noqa: ANN401 - those of the method
        bound = found()
        assert bound is not None, "the cache is part of the object"
        result: _R = bound(*args, **kwargs)
        return result

    return cached  # type: ignore[return-value]  # lru_cache forgets what the arguments are
