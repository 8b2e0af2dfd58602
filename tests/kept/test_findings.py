"""A finding is made once for an answer, and never taken for another's."""

from __future__ import annotations

import gc

import numpy as np

from autograder.kept.findings import Findings
from autograder.model import Outcome, Trace


class Finder:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


def test_a_finding_is_made_once_for_an_answer_and_what_is_beside_it() -> None:
    findings, find = Findings[int](), Finder()
    one, other = (Trace("call", Outcome.RETURNED, np.zeros(2)) for _ in range(2))
    assert [findings.of(one, "a", find) for _ in range(3)] == [1, 1, 1]
    assert findings.of(other, "a", find) == 2, "another answer, though it looks the same"
    assert findings.of(one, "b", find) == 3, "read with something else beside it"
    assert findings.of(one, "a", find) == 4


def test_findings_go_with_their_answers() -> None:
    findings = Findings[int]()
    for _ in range(100):
        findings.of(Trace("call", Outcome.RETURNED, np.zeros(2)), "a", Finder())
    gc.collect()
    assert not findings._known
