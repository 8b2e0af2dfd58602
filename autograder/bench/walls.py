"""What a submission costs: ``python -m autograder.bench.walls``.

Prints the median wall time of an empty submission through the whole sandbox, what it is beyond a
bare fork, and what each layer adds, measured by leaving it out (so the parts need not add up to
the whole); and what a call, and a gradient within one, costs.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from functools import partial

from autograder.model import Call, Cell, Gradient, Limits, Neuron
from autograder.sandbox.box import start_untested
from autograder.sandbox.layers import possible_jails
from autograder.sandbox.runner import Launcher
from autograder.sandbox.session import Session

GOAL_MILLISECONDS = 10.0
"""For an empty submission, beyond a bare fork."""

_TIMES = 60
_SEPARABLE = ("seccomp", "landlock", "limits", "descriptors", "user")
"""Layers that can be left out without the others failing."""
_GRADIENTS = 20_000
_EMPTY = [Cell(1, "x = 1")]
_PLOT = [Cell(1, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")]
_CALLS = [
    Cell(
        1,
        "def nothing(X):\n    return X\n"
        f"def many(grad_w):\n    for _ in range({_GRADIENTS}):\n        grad_w(0.5, 0.1, 2.0, 1.0)",
    )
]


def median(action: Callable[[], object], times: int = _TIMES) -> float:
    """Median wall time in milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        taken.append(1e3 * (time.perf_counter() - began))
    return statistics.median(taken)


def bare_fork() -> None:
    """What nobody can do without: a process with NumPy loaded forks, and its child ends."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def empty_submission(launcher: Launcher, cells: Sequence[Cell] = _EMPTY) -> None:
    """A submission with one cell, from its child's start to its end."""
    with Session(launcher, cells, Limits(), (), (), 0):
        pass


def by_layer(jail: str) -> dict[str, float]:
    """Milliseconds of an empty submission with all layers ("") and without each one.

    Taken in turns, so that what else the machine does falls on all of them alike.
    """
    without = {"": (), **{layer: (layer,) for layer in _SEPARABLE}}
    with ExitStack() as stack:
        launchers = {name: start_untested(jail, without=left) for name, left in without.items()}
        if jail != "none":
            launchers["jail"] = start_untested("none")
        for launcher in launchers.values():
            stack.callback(launcher.close)
        taken: dict[str, list[float]] = {name: [] for name in launchers}
        for _ in range(_TIMES):
            for name, launcher in launchers.items():
                taken[name].append(median(partial(empty_submission, launcher), 1))
    return {name: statistics.median(times) for name, times in taken.items()}


def with_plot(jail: str) -> float:
    """Milliseconds of a submission with a plot, once matplotlib has been loaded."""
    with closing(start_untested(jail)) as launcher:
        empty_submission(launcher, _PLOT)
        return median(lambda: empty_submission(launcher, _PLOT), 20)


def calls(jail: str) -> tuple[float, float]:
    """Microseconds of a call, and of a gradient within a call."""
    asked = [Call(str(number), "nothing", {"X": 1.0}) for number in range(1000)]
    many = [Call("g", "many", {"grad_w": Gradient("w", Neuron())})]
    with (
        closing(start_untested(jail)) as launcher,
        Session(launcher, _CALLS, Limits(), (), (), 0) as session,
    ):
        call = median(lambda: session.call(asked), 5)
        gradient = median(lambda: session.call(many), 5)
    return call, 1e3 * gradient / _GRADIENTS


def main() -> None:
    """Measure and print."""
    fork = median(bare_fork)
    jail = possible_jails()[0]
    layers = by_layer(jail)
    empty = layers.pop("")
    print(f"{'bare fork':34} {fork:6.2f} ms")
    print(f"{f'empty submission (jail: {jail})':34} {empty:6.2f} ms")
    print(f"{'  beyond a bare fork':34} {empty - fork:6.2f} ms (goal: {GOAL_MILLISECONDS:g})")
    for layer, less in layers.items():
        print(f"{f'  of that, {layer}':34} {empty - less:6.2f} ms")
    print(f"{'submission with a plot':34} {with_plot(jail):6.2f} ms")
    call, gradient = calls(jail)
    print(f"{'a call that returns its argument':34} {call:6.1f} µs")
    print(f"{'a gradient of one number':34} {gradient:6.2f} µs")


if __name__ == "__main__":
    main()
