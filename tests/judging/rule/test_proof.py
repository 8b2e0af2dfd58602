"""What an update rule shows of itself; a doctored question is noticed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from unittest.mock import patch

from autograder.authoring.verify_matrix import weak_spots
from autograder.course import Assignment, Course
from autograder.judging.proof import NO_PAIRS, Margins, Proof
from autograder.judging.question import Answers
from autograder.judging.rule import proof as proving
from autograder.judging.rule.catalogue import Catalogue, Family
from autograder.judging.update_rule import Conventions, UpdateRule
from autograder.kept.arrays import NO_SHELF
from autograder.model import NotebookRun, Outcome, Submission

COURSE = Path(__file__).resolve().parents[3]
SEED = b"somebody"


@cache
def assignment() -> Assignment:
    return Course(COURSE).load("adaptive_learning_rates")


ENOUGH = {
    *("epsilon_missing", "epsilon_outside_fraction", "epsilon_outside_root", "mean_gradient"),
    "state_not_accumulated",
}
"""Faults that are judged here; all of them are where an assignment is proved."""


def report_on(name: str, *, answered: bool = True, **changes: object) -> Proof:
    """The proof of a doctored question, by itself and a right program, without pairs."""
    found = next(q.kind for q in assignment().questions if q.name == name)
    assert isinstance(found, UpdateRule)
    # Drawn until these few show, an instance is not one to keep for everybody.
    doctored = {"catalogue": few_of(found), "shelf": NO_SHELF} | changes
    kind = replace(found, **doctored)  # type: ignore[arg-type]
    exam = kind.draw(SEED)
    traces = {i.name: i.trace(exam.right_rows(i)) for i in exam.asked_of_all}
    right = Answers(Submission("", ""), NotebookRun(Outcome.RETURNED), traces)
    with patch.object(proving, "_pairs", lambda *_: NO_PAIRS):
        return kind.prove(SEED, [right] if answered else [])


def few_of(found: UpdateRule) -> Catalogue:
    """Its catalogue, as if these were all the faults that are known."""

    class Few(type(found.catalogue)):  # type: ignore[misc]
        def singles(self, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
            return tuple(
                family.subset(chosen)
                for family in super().singles(measured)
                if (chosen := [k for k, c in enumerate(family.candidates) if ENOUGH & {*c.slugs}])
            )

    few: Catalogue = Few(**vars(found.catalogue))
    return few


def points_of(name: str) -> dict[str, float]:
    kind = next(q.kind for q in assignment().questions if q.name == name)
    assert isinstance(kind, UpdateRule)
    return dict(kind.points)


def test_the_undoctored_question_is_proved() -> None:
    assert report_on("adagrad").ok


def test_a_tolerance_that_forgives_everything_is_noticed() -> None:
    report = report_on("adagrad", tolerance=10.0)
    assert not report.ok
    assert report.margins is not None
    assert not report.margins.wide
    assert "mean_gradient" in {fault.slugs[0] for fault in report.missed}
    assert any(spot.startswith("MARGIN") for spot in weak_spots(report))


def test_without_a_right_program_nothing_is_known_of_rounding() -> None:
    assert not report_on("adagrad", answered=False).ok


def test_a_rule_of_which_nothing_wrong_is_known_is_not_proved() -> None:
    """What may be wrong with any function, such as a history too long, is no fault of its own."""
    found = next(q.kind for q in assignment().questions if q.name == "adagrad")
    assert isinstance(found, UpdateRule)

    class WithoutFaults(type(found.catalogue)):  # type: ignore[misc]
        def singles(self, measured: tuple[str, ...] = ()) -> tuple[Family, ...]:
            return ()

    catalogue = WithoutFaults(**vars(found.catalogue))
    report = report_on("adagrad", catalogue=catalogue)
    assert {fault.slugs[0] for fault in report.faults} >= {"nothing_returned", "history_too_long"}
    assert not report.missed
    assert report.is_empty
    assert not report.ok


def test_a_tolerance_below_rounding_is_noticed() -> None:
    assert not replace(report_on("adagrad"), margins=Margins(1e-12, 1e-14, 1e-3, "single_beta")).ok


def test_a_fault_of_the_step_that_costs_nothing_is_noticed() -> None:
    """Epsilon outside the root costs its share of the step; without points nothing is lost."""
    only_edges = dict.fromkeys(points_of("adagrad"), 0.0) | {"edge cases": 20.0}
    report = report_on("adagrad", points=only_edges)
    assert not report.ok
    missed = {fault.slugs[0] for fault in report.missed}
    assert {"epsilon_outside_fraction", "mean_gradient", "state_not_accumulated"} & missed


def test_a_convention_that_is_let_pass_is_no_miss_and_a_costly_one_is_kept() -> None:
    free = Conventions({"epsilon_outside_root": 0.0}, frozenset({"epsilon_outside_root"}))
    report = report_on("adagrad", conventions=free)
    outside = [f for f in report.faults if f.slugs == ("epsilon_outside_root",)]
    assert outside
    assert all(fault.free and fault.caught and fault.named_right for fault in outside)
    missing = [f for f in report.faults if f.slugs == ("epsilon_missing",)]
    assert all(not fault.free and fault.lost > 0 for fault in missing)
    assert report.ok
