"""Honest among hostile: a mixed batch harms nobody and leaves nothing; and the programs do bite."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest

from autograder.model import Call, Cell, Limits
from autograder.sandbox import Sandbox, open_sandbox
from autograder.sandbox.box import start_untested
from tests.hostile.drive import Victims, attack
from tests.hostile.program import FOLDER, all_programs, read_program
from tests.sandbox.conftest import COURSE, needs_sandbox
from tests.sandbox.test_lifetime import descendants, mounts, open_files, settled

BATCH = 200
HONEST = """
import numpy as np
def descend(X, eta):
    w = 0.0
    for x in X:
        w = w - eta * x
    return [w, w, np.random.random()]
"""


def test_in_a_mixed_batch_every_honest_submission_is_right_and_nothing_is_left() -> None:
    needs_sandbox()
    quick = [p for p in all_programs() if "timed_out" not in p.outcomes | p.notebook]
    hostile = [p for p in quick if p.limits.call_seconds >= 20.0]
    before = (len(descendants(os.getpid())), open_files(), mounts())

    def work(numbers: range) -> list[object]:
        with open_sandbox([COURSE]) as box:
            return [submission(box, number) for number in numbers if number >= 0]

    def submission(box: Sandbox, number: int) -> object:
        if number % 3 == 0:
            program = hostile[number // 3 % len(hostile)]
            facts = "PATHS, PIDS, HIDDEN, PORT, UDP_PORT = ['/etc/passwd'], [1], '/x', 1, 2\n"
            facts += "ABSTRACT, SOCKET = 'x', '/x'"
            with box.open([Cell(1, facts), Cell(2, program.source)], Limits()) as session:
                session.call([Call("go", "go", {"X": np.ones(4)})])
            return None
        with box.open([Cell(1, HONEST)], Limits(), seed=number) as session:
            X = np.arange(float(number))
            (trace,) = session.call([Call("descend", "descend", {"X": X, "eta": 0.5})])
        expected = [-0.5 * X.sum()] * 2 + [np.random.RandomState(number).random_sample()]
        return isinstance(trace.value, np.ndarray) and trace.value.tolist() == expected

    with ThreadPoolExecutor(2) as pool:
        halves = list(pool.map(work, [range(0, BATCH, 2), range(1, BATCH, 2)]))
    honest = [right for half in halves for right in half if right is not None]
    assert honest == [True] * len(honest)
    assert len(honest) == BATCH - len(range(0, BATCH, 3))
    assert settled(before[0])
    assert (open_files(), mounts()) == before[1:]


@pytest.mark.parametrize("place", ["frames", "memory", "the_heap"])
def test_the_formula_is_found_once_gradients_have_been_asked_for(place: str) -> None:
    """The searches for it are real: what holds them is that it is not there before."""
    needs_sandbox()
    program = read_program(FOLDER / f"formula_from_{place}.py")
    with open_sandbox([COURSE]) as box:
        assert list(attack(box, program, "", True)) == []
        assert list(attack(box, replace(program, gradients=True), "", True))


@pytest.mark.parametrize(
    ("layer", "program"),
    [
        ("landlock", "read_files"),
        ("landlock", "list_folders"),
        ("seccomp", "network"),
        ("seccomp", "memory_memfd"),
        ("descriptors", "find_descriptors"),
        ("limits", "raise_limits"),
    ],
)
def test_without_its_layer_the_attack_gets_through(layer: str, program: str) -> None:
    """The programs are real: what holds them is the layer, not a mistake in them."""
    needs_sandbox()
    with ExitStack() as stack:
        victims = Victims(stack)
        box = Sandbox(start_untested("none", without=[layer]), (), 0)
        stack.callback(box.close)
        found = list(attack(box, read_program(FOLDER / f"{program}.py"), victims.facts(box), False))
        assert found
        list(victims.harmed())
