"""What every page needs and few changes alter: each process reads it once in a second.

That second is part of the five in which a change shows everywhere (ccgsite/keeping.py).
"""

import time
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

SECONDS = 1
MOST = 200  # readings, of all functions for all arguments, such as each of our hosts

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

readings: dict[Hashable, tuple[float, Any]] = {}


def kept_for_a_second(read: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Let a function answer with what it has read for the same arguments within the last second.

    The arguments have to be hashable, and given by place. All threads get the same object, so
    nobody may change it. What is raised is not kept.
    """

    @wraps(read)
    def answer(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        return read_once((read, args), lambda: read(*args, **kwargs))

    return answer


def read_once(name: Hashable, read: Callable[[], Answer]) -> Answer:
    """Return what `read` has answered under this name within the last second, or answers now."""
    now = time.monotonic()
    kept = readings.get(name)
    if kept and now - kept[0] < SECONDS:
        return kept[1]
    found = read()
    if len(readings) >= MOST:
        readings.clear()
    readings[name] = now, found
    return found
