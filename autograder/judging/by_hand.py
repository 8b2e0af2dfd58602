"""An example of a formula that everybody may see, with numbers that can be typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.judging import words
from autograder.model import FloatArray, Table, Trial

DIGITS = 2
"""Significant digits of its numbers."""


def case(
    name: str, examples: Callable[[np.random.Generator], Sequence[Mapping[str, Any]]]
) -> Mapping[str, Any]:
    """Arguments of one example: the same to everybody, from a seed of its own."""
    chance = np.random.Generator(np.random.PCG64(np.random.SeedSequence([4, *name.encode()])))
    return {key: _rounded(value) for key, value in examples(chance)[0].items()}


def trial(function: str, arguments: Mapping[str, Any], own: FloatArray, right: FloatArray) -> Trial:
    """The student's answer beside the right one."""
    text = ", ".join(f"{key}={_typed(value)}" for key, value in arguments.items())
    return Trial(
        f"{function}({text})",
        Table(words.TRIAL_ONE_TITLE, words.TRIAL_ONE_COLUMNS, ((_shown(own), _shown(right)),)),
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.array([_rounded(one) for one in value.ravel().tolist()]).reshape(value.shape)
    return value if isinstance(value, int) else float(f"{value:.{DIGITS}g}")


def _typed(value: Any) -> str:
    return f"np.array({value.tolist()})" if isinstance(value, np.ndarray) else f"{value:g}"


def _shown(value: FloatArray) -> str:
    numbers = ", ".join(f"{one:.5g}" for one in value.ravel().tolist())
    return f"[{numbers}]" if value.ndim else numbers
