"""What is said of right code is made as few times as it differs."""

from __future__ import annotations

import pytest

from autograder.judging.rule.exam import judged_right, right_verdict
from autograder.judging.rule.pool import POOL, drawn
from tests.judging.rule.test_unlike import KINDS


@pytest.mark.parametrize("name", KINDS)
def test_it_is_what_judging_right_code_anew_says(name: str) -> None:
    kind = KINDS[name]
    firsts = [drawn(kind, (number, 0, 0)).number for number in range(POOL)]
    for first in firsts:  # in words, where NaN is NaN
        assert repr(right_verdict(kind, first)) == repr(judged_right(kind, first))


def test_pictures_of_moments_are_everybody_s_own() -> None:
    kind = KINDS["adaptive_learning_rates adam"]
    said = {repr(right_verdict(kind, drawn(kind, (n, 0, 0)).number)) for n in range(POOL)}
    assert len(said) == POOL
