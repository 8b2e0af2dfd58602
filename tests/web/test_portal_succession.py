"""A result says which attempt it is of, and what becomes of those that came since."""

from __future__ import annotations

import pytest

from autograder.model import SubmissionStatus
from autograder.web.portal.succession import Succession

GRADED, UNREADABLE = SubmissionStatus.GRADED, SubmissionStatus.UNREADABLE
NOT_GRADED = SubmissionStatus.NOT_GRADED
AGAIN = "when results are published again."
BEST = f". Of attempts 1 and 2 the best counts {AGAIN}"
OPEN = f". Of attempts 1 and 2 the best counts, once all are graded, {AGAIN}"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"since": []}, "."),
        ({"since": [], "counts": 3}, f". Attempt 3 takes its place {AGAIN}"),
        ({"counts": 2}, f". Attempt 2 takes its place {AGAIN}"),
        ({"since": [2, 3, 4], "counts": 4}, f". Attempt 4 takes its place {AGAIN}"),
        (
            {"since": [2, 3], "counts": 2, "newest": UNREADABLE},
            f". Attempt 2 takes its place {AGAIN}",
        ),
        ({"newest": None}, f". Attempt 2 takes its place, once it is graded, {AGAIN}"),
        (
            {"since": [2, 3], "counts": 2, "newest": None},
            f". Attempt 3 takes its place, once it is graded, {AGAIN}",
        ),
        (
            {"newest": NOT_GRADED, "counts": 2},
            f". Attempt 2 takes its place, once it is graded, {AGAIN}",
        ),
        (
            {"newest": UNREADABLE, "since": [2, 3]},
            ". Attempt 3 cannot be read, so attempt 1 still counts.",
        ),
        ({"newest": UNREADABLE}, ". Attempt 2 cannot be read, so attempt 1 still counts."),
        ({"keep": "best", "tells": False}, BEST),
        ({"keep": "best", "newest": None}, OPEN),
        (
            {"keep": "best", "tells": False, "since": [2, 3]},
            f". Of attempts 1, 2 and 3 the best counts {AGAIN}",
        ),
        ({"keep": "best", "counts": 2}, f". Attempt 2 takes its place {AGAIN}"),
        ({"keep": "best"}, ". Attempt 1 is still the best, and counts."),
        ({"keep": "chosen", "counts": 2}, f". Attempt 2 takes its place {AGAIN}"),
        (
            {"keep": "chosen", "is_chosen": True, "newest": None},
            ". Attempt 1 still counts, for you chose it.",
        ),
        (
            {"keep": "chosen", "is_chosen": True, "counts": 2, "since": [2, 3], "newest": None},
            f". Attempt 2 takes its place {AGAIN}",
        ),
    ],
)
def test_what_becomes_of_what_came_since_is_two_short_sentences(
    more: dict[str, object], said: str
) -> None:
    usual: dict[str, object] = {
        "keep": "latest",
        "shown": 1,
        "since": [2],
        "newest": GRADED,
        "counts": None,
        "tells": True,
        "is_chosen": False,
    }
    made = Succession(**{**usual, **more})  # type: ignore[arg-type]
    assert made.sentences == f"attempt 1{said}"
    assert (made.next is None) is (f"Attempt {made.next} takes its place {AGAIN}" not in said)


def test_a_result_of_what_was_graded_elsewhere_says_so() -> None:
    made = Succession("latest", None, [1], GRADED, 1, True, False)
    assert made.sentences == (
        f"a file that was not handed in here. Attempt 1 takes its place {AGAIN}"
    )
    best = Succession("best", None, [1], GRADED, None, False, False)
    assert best.sentences.endswith(f". Of that file and attempt 1 the best counts {AGAIN}")
