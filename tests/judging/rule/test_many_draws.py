"""Hidden instances as they are drawn: they separate every fault, and no right program fails one.

``AUTOGRADER_DRAWS=10000 python3 -m pytest tests/judging/rule/test_many_draws.py -n 0 -s`` draws as
many and prints what was counted; by default it is a few dozen.
"""

from __future__ import annotations

import inspect
import os
import sys
import types

import numpy as np
import pytest

from autograder.course import Course
from autograder.judging.rule.history import equal, read_history
from autograder.judging.rule.pool import (
    POOL,
    SEPARATION,
    SHAPES,
    least_separation,
    pool_instance,
)
from autograder.model import Call, Outcome, Trace, Value
from tests.judging.students import COURSE, as_value, given

DRAWS = int(os.environ.get("AUTOGRADER_DRAWS", "36"))
ASSIGNMENT = Course.find(COURSE).load("adaptive_learning_rates")
KINDS = {q.name: q.kind for q in ASSIGNMENT.questions if q.name in ("adagrad", "rmsprop", "adam")}


def right_programs() -> list[types.ModuleType]:
    """The right variants, imported: they are our own files."""
    programs = []
    for path in sorted((ASSIGNMENT.folder / "right_variants").glob("*.py")):
        module = types.ModuleType(f"right_{path.stem}")
        sys.modules[module.__name__] = module  # dataclasses look themselves up there
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
        programs.append(module)
    return programs


def answer(program: types.ModuleType, call: Call) -> Value:
    """What its function returns; arguments that it has no parameter for become globals."""
    function = getattr(program, call.function)
    arguments = {name: given(value) for name, value in call.arguments.items()}
    parameters = inspect.signature(function).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return as_value(function(**arguments))
    vars(program).update({n: a for n, a in arguments.items() if n not in parameters})
    return as_value(function(**{n: a for n, a in arguments.items() if n in parameters}))


@pytest.mark.parametrize("rule", KINDS)
def test_every_draw_separates_and_spares(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    kind, programs = KINDS[rule], right_programs()
    asked, rounding, least = 0, 0.0, np.inf
    for number in range(DRAWS // len(KINDS)):
        shape = list(SHAPES)[number % len(SHAPES)]
        instance = pool_instance(kind, shape, POOL + number)  # that no student ever gets
        vector = SHAPES[shape] is not None
        least = min(least, least_separation(kind.catalogue, *kind.told_apart_on(instance))[0])
        right = kind.catalogue.right().trajectories(instance)[0]
        for program in programs[number % 2 :: 2] if DRAWS < 1000 else programs:
            value = answer(program, instance.call(kind.function))
            trace = Trace(instance.name, Outcome.RETURNED, value)
            rows = read_history(trace, instance.features, vector).rows
            assert rows is not None, f"{program.__name__} on draw {number}"
            assert equal(rows, right, kind.tolerance), f"{program.__name__} on draw {number}"
            rounding = max(rounding, float(np.abs(rows - right).max()))
            asked += 1
    assert least >= SEPARATION
    assert rounding <= kind.tolerance / 1000
    with capsys.disabled():
        if DRAWS >= 1000:
            print(
                f"\n{rule}: {DRAWS // len(KINDS)} draws, {asked} answers of {len(programs)} right "
                f"programs, largest rounding {rounding:.1e}, least separation {least:.1e}"
            )
