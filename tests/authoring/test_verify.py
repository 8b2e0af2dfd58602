"""The test of the tests: it proves this course's assignment, and notices what is doctored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from autograder.authoring import verify as verifying
from autograder.authoring.verify import (
    Fault,
    Margins,
    Pairs,
    Program,
    QuestionReport,
    VerifyReport,
)
from autograder.cli import main
from autograder.course import Assignment, Course, Question
from autograder.judging.update_rule import Conventions, UpdateRule
from autograder.report.verify_matrix import folded, heads, sole_catches, weak_spots
from autograder.report.verify_page import verify_page
from autograder.report.verify_text import verify_text

COURSE = Path(__file__).resolve().parents[2]
SLUG = "momentum_methods"


@pytest.fixture(scope="session")
def proof() -> VerifyReport:
    """The report on a small assignment, as if two programs had been run."""
    loaded = Course(COURSE).load(SLUG)
    questions = [q for q in loaded.questions if isinstance(q.kind, UpdateRule)][:2]
    with verifying.np.errstate(all="ignore"):
        reports = tuple(
            verifying._update_rule(loaded, question, question.kind, {question.name: 1e-15})
            for question in questions
        )
    most = loaded.max_score
    programs = (
        Program("the model answers", most, most, most, ()),
        Program("the empty template", 0.0, most, 0.0, ()),
    )
    return VerifyReport(SLUG, loaded.title, reports, programs, 1.0)


# -------------------------------------------------- what is printed (the conformance suite proves
# every assignment; here the questions of one are reported on, without running programs)


def test_the_printed_report_fits_a_page(proof: VerifyReport) -> None:
    lines = list(verify_text(proof))
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert lines[-2].startswith("PROVED: 100 %") or lines[-1].startswith("PROVED: 100 %")
    for question in proof.questions:
        assert f"{question.title} ({question.name})" in lines
        for row in folded(question):
            assert f"  {row.name}" in text


def test_the_page_has_every_variant_and_part(proof: VerifyReport) -> None:
    page = verify_page(proof)
    assert page.count('class="detail"') == sum(len(q.faults) for q in proof.questions)
    for fault in proof.questions[-1].faults:
        assert fault.slugs[0] in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert "in w only" in page


# ------------------------------------------------------------------------ doctored assignments


@cache
def assignment() -> Assignment:
    return Course(COURSE).load("adaptive_learning_rates")


def report_on(name: str, **changes: object) -> QuestionReport:
    """The report on a doctored question, without running programs."""
    question: Question = next(q for q in assignment().questions if q.name == name)
    assert isinstance(question.kind, UpdateRule)
    kind = replace(question.kind, **changes)  # type: ignore[arg-type]
    rounding: Mapping[str, float] = {name: 1e-15}
    without_pairs = patch.object(verifying, "_pairs", lambda *_: Pairs(0, 0, ()))
    with verifying.np.errstate(all="ignore"), without_pairs:
        return verifying._update_rule(assignment(), question, kind, rounding)


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


# ------------------------------------------------------------------------ doctored reports


def fault(slug: str, *failed: str, lost: float = 1.0, named: str | None = None) -> Fault:
    return Fault((slug,), "", lost, failed, (slug if named is None else named,))


GOOD = QuestionReport(
    "adam",
    "Adam",
    ("step", "trajectory", "edge cases"),
    (
        fault("epsilon_missing", "step"),
        fault("wrong_sign", "step", "trajectory"),
        fault("wrong_sign", "trajectory", "edge cases"),
    ),
    Pairs(10, 9, ("wrong_sign + wrong_sign",)),
    Margins(1e-6, 1e-15, 2e-3, "wrong_sign"),
)


def whole(*questions: QuestionReport, programs: tuple[Program, ...] = ()) -> VerifyReport:
    return VerifyReport("rates", "Rates", questions, programs, 12.0)


@pytest.mark.parametrize(
    ("change", "spot"),
    [
        ({"faults": (fault("wrong_sign", lost=0.0),)}, "MISSED: wrong_sign loses no point"),
        (
            {"faults": (fault("wrong_sign", "step", named="root_missing"),)},
            "MISNAMED: wrong_sign is named root_missing",
        ),
        (
            {"faults": (replace(fault("wrong_sign", "step"), named=()),)},
            "MISNAMED: wrong_sign is not named",
        ),
        ({"pairs": Pairs(10, 8, ("one",))}, "MISSED: 1 pairs of faults, which do not cancel"),
        ({"margins": Margins(1e-6, 1e-8, 2e-3, "wrong_sign")}, "MARGIN"),
        ({"margins": Margins(1e-6, 1e-15, 9e-4, "wrong_sign")}, "MARGIN"),
    ],
)
def test_what_is_weak_is_said_and_not_proved(change: dict[str, object], spot: str) -> None:
    weak = replace(GOOD, **change)  # type: ignore[arg-type]
    assert GOOD.ok
    assert not weak.ok
    assert spot in "; ".join(weak_spots(weak))
    lines = list(verify_text(whole(GOOD, weak)))
    assert any(line.startswith("NOT PROVED") for line in lines)
    page = verify_page(whole(GOOD, weak))
    assert "Not proved" in page
    assert spot in page


def test_an_almost_perfect_score_is_not_rounded_up() -> None:
    nearly = replace(GOOD, pairs=Pairs(1_000_000, 999_999, ()))
    text = " ".join(verify_text(whole(nearly)))
    assert "100 %" not in text
    assert "99.99 %" in text


def test_a_right_program_that_loses_a_point_is_listed() -> None:
    lost = Program("loops.py", 89.0, 90.0, 90.0, ("adam: step: off",))
    report = whole(GOOD, programs=(lost, Program("empty", 0.0, 90.0, 0.0, ())))
    assert not report.ok
    text = "\n".join(verify_text(report))
    assert "89 of 90: loops.py (WRONG, 90 is right)" in text
    assert "adam: step: off" in text
    assert "adam: step: off" in verify_page(report)


def test_variants_fold_into_a_row() -> None:
    first, second = folded(GOOD)
    assert (first.name, first.marks) == ("epsilon_missing", ("all", "none", "none"))
    assert (second.name, second.marks) == ("wrong_sign", ("some", "all", "some"))
    lines = list(verify_text(whole(GOOD)))
    row = next(line for line in lines if line.startswith("  wrong_sign x2"))
    assert row.split()[2:] == ["o", "x", "o"]


def test_checks_that_catch_nothing_alone_are_named_fairly() -> None:
    assert GOOD.idle_checks == ("trajectory", "edge cases")
    assert sole_catches(GOOD) == {"step": 1, "trajectory": 0, "edge cases": 0}
    text = " ".join(" ".join(verify_text(whole(GOOD))).split())
    assert "Nothing would slip through without trajectory and edge cases alone" in text
    assert "partial credit" in text


def test_heads_tell_checks_apart() -> None:
    assert heads(("gradient", "step"), 4) == ("grad", "step")
    assert heads(("f of a number", "f of a vector"), 6) == ("a", "b")


def test_names_of_equivalents_are_listed() -> None:
    other = replace(fault("root_missing", "step", named="wrong_sign"), equivalent=True)
    report = replace(GOOD, faults=(*GOOD.faults, other))
    assert report.ok
    text = " ".join(verify_text(whole(report)))
    assert "root_missing is named wrong_sign, which computes the same." in text


# ------------------------------------------------------------------------ the command


def run_verify(
    monkeypatch: pytest.MonkeyPatch, report: VerifyReport, *arguments: str
) -> tuple[int, str]:
    monkeypatch.setattr(verifying, "verify", lambda *_: report)
    done = CliRunner().invoke(main, ["verify", SLUG, *arguments], env={"COLUMNS": "80"})
    return done.exit_code, done.stdout


def test_the_command_ends_with_0_only_when_proved(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status, printed = run_verify(monkeypatch, whole(GOOD))
    assert status == 0
    assert "PROVED: 100 % of 3 known faults and 9 pairs are caught" in printed
    weak = replace(GOOD, pairs=Pairs(10, 8, ()))
    page = tmp_path / "verify.html"
    status, printed = run_verify(monkeypatch, whole(weak), "--html", str(page))
    assert status == 1
    assert "NOT PROVED" in printed
    assert page.read_text(encoding="utf-8") == verify_page(whole(weak))
