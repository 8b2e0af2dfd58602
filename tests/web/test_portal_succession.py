"""A result says which attempt it is of, and what becomes of those that came since."""

from __future__ import annotations

import pytest

from autograder.model import SubmissionStatus
from autograder.web.portal.succession import Succession

GRADED, UNREADABLE = SubmissionStatus.GRADED, SubmissionStatus.UNREADABLE
NOT_GRADED = SubmissionStatus.NOT_GRADED
AGAIN = "when results are published again; until then your points are those of attempt 1."
BEST = f"; attempt 2 came since, and the best of them counts {AGAIN}"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"since": []}, "."),
        ({"since": [], "counts": 3}, f"; attempt 3 takes its place {AGAIN}"),
        ({"counts": 2}, f"; attempt 2 came since and takes its place {AGAIN}"),
        (
            {"since": [2, 3, 4], "counts": 4},
            f"; attempts 2, 3 and 4 came since, and attempt 4 takes its place {AGAIN}",
        ),
        (
            {"since": [2, 3], "counts": 2, "newest": UNREADABLE},
            f"; attempts 2 and 3 came since, and attempt 2 takes its place {AGAIN}",
        ),
        (
            {"newest": None},
            f"; attempt 2 came since and takes its place, once it is graded, {AGAIN}",
        ),
        (
            {"newest": NOT_GRADED, "counts": 2},
            f"; attempt 2 came since and takes its place, once it is graded, {AGAIN}",
        ),
        (
            {"newest": UNREADABLE, "since": [2, 3]},
            "; attempts 2 and 3 came since, and attempt 3 cannot be read, so attempt 1 still "
            "counts.",
        ),
        (
            {"newest": UNREADABLE},
            "; attempt 2 came since and cannot be read, so attempt 1 still counts.",
        ),
        ({"keep": "best", "tells": False}, BEST),
        ({"keep": "best", "newest": None}, BEST),
        ({"keep": "best", "counts": 2}, f"; attempt 2 came since and takes its place {AGAIN}"),
        ({"keep": "best"}, "; attempt 2 came since, and attempt 1 is still the best, and counts."),
        ({"keep": "chosen", "counts": 2}, f"; attempt 2 came since and takes its place {AGAIN}"),
        (
            {"keep": "chosen", "is_chosen": True, "newest": None},
            "; attempt 2 came since, and attempt 1 still counts, for you chose it.",
        ),
        (
            {"keep": "chosen", "is_chosen": True, "counts": 2, "since": [2, 3], "newest": None},
            f"; attempts 2 and 3 came since, and attempt 2 takes its place {AGAIN}",
        ),
    ],
)
def test_what_becomes_of_what_came_since_is_one_sentence(
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
    assert Succession(**{**usual, **more}).sentence == f"attempt 1{said}"  # type: ignore[arg-type]


def test_a_result_of_what_was_graded_elsewhere_says_so() -> None:
    made = Succession("latest", None, [1], GRADED, 1, True, False)
    assert made.sentence == (
        "a file that was not handed in here; attempt 1 came since and takes its place when results "
        "are published again; until then your points are those of that file."
    )
