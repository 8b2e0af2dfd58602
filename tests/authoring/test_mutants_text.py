"""What is said of programs that were edited by machine, on the terminal and on the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autograder.authoring import mutants
from autograder.authoring import verify as verifying
from autograder.authoring.mutants import (
    Finding,
    Harmed,
    MutationReport,
    Proposal,
    QuestionMutants,
)
from autograder.authoring.mutants.edits import Mutant
from autograder.authoring.mutants_text import mutants_text
from autograder.authoring.verify import QuestionReport, VerifyReport
from autograder.authoring.verify_report import verify_page, verify_text
from autograder.cli import main
from autograder.judging.proof import Fault, Proof

SLUG = "momentum_methods"
EDIT = Mutant("operator", "notebook.md:12", "w = w - eta * dw", "w = w + eta * dw", "...")
ADDED = Mutant("rounding", "right_variants/a.py:3", "", "w = np.round(w, 8) # <b>", "...")
PROBLEM = "Setting(points=150, hyper={'eta': 0.1}, seed=7)"
CLEAN = QuestionMutants("momentum", "Momentum", 300, 200, (), (), ())
LEAKY = replace(
    CLEAN,
    survivors=(
        Finding(EDIT, ("150 points",), PROBLEM, 0.25),
        Finding(ADDED, (), PROBLEM, float("inf")),
    ),
    harmed=(Harmed(ADDED, 4e-9, "It is not the formula's value."),),
    proposals=(Proposal(PROBLEM, ("150 points",), (0, 1)),),
)
PROVED = Proof(("step",), (Fault(("wrong_sign",), "", 1.0, ("step",), ("wrong_sign",)),))


def whole(*questions: QuestionMutants) -> VerifyReport:
    report = QuestionReport("momentum", "Momentum", PROVED)
    return VerifyReport(SLUG, "Momentum", (report,), (), 1.0, MutationReport(questions, 3, 61.0))


def text(report: VerifyReport) -> str:
    return " ".join(verify_text(report).split())


def test_all_caught_is_proved() -> None:
    assert whole(CLEAN).ok
    said = text(whole(CLEAN))
    assert "edited by machine: 300 (seed 3); 100 % of those that are wrong lose points" in said
    assert "200 of 200 wrong ones caught (100 %); 100 are right after all." in said
    assert "NOT PROVED" not in said
    assert "300</td>" in verify_page(whole(CLEAN))


def test_a_survivor_is_shown_with_its_edit_and_what_shows_it() -> None:
    assert mutation(LEAKY).score == 0.99
    said = text(whole(LEAKY))
    assert "198 of 200 wrong ones caught (99.00 %)" in said
    assert "SURVIVES (1): notebook.md:12 (operator) - w = w - eta * dw + w = w + eta * dw" in said
    assert f"is off by 2.5e-01; shown by 150 points: {PROBLEM}" in said
    assert "gives no answer; shown by nothing out of the ordinary" in said
    assert f"would show all survivors: {PROBLEM} # shows 1, 2" in said
    assert "HARMED: right_variants/a.py:3 (rounding)" in said
    assert "is off by 4.0e-09 at most, and is told: It is not the formula's value." in said
    assert "NOT PROVED" in said
    page = verify_page(whole(LEAKY))
    assert "- w = w - eta * dw\n+ w = w + eta * dw" in page
    assert "np.round(w, 8) # &lt;b&gt;" in page
    assert "Not proved" in page


def mutation(*questions: QuestionMutants) -> MutationReport:
    return MutationReport(questions, 0, 1.0)


@pytest.mark.parametrize(
    ("change", "ok"),
    [
        ({}, True),
        ({"wrong": 400, "survivors": LEAKY.survivors}, True),  # 99.5 %
        ({"wrong": 399, "survivors": LEAKY.survivors}, False),
        ({"harmed": LEAKY.harmed}, False),
        ({"odd": ("right_variants/a.py: is off by 1.0e+00",)}, False),
        ({"wrong": 0}, True),
    ],
)
def test_what_is_enough(change: dict[str, Any], ok: bool) -> None:
    question = replace(CLEAN, **change)
    assert mutation(question).ok == ok
    assert whole(question).ok == ok


def test_one_weak_question_is_not_hidden_by_many_good_ones() -> None:
    good = replace(CLEAN, tried=5000, wrong=5000)
    weak = replace(LEAKY, harmed=(), wrong=100)
    assert mutation(good, weak).score > 0.999
    assert not mutation(good, weak).ok
    assert mutation(good, replace(weak, wrong=200)).ok, "two roundings just above the tolerance"


def test_an_almost_perfect_score_is_not_rounded_up() -> None:
    nearly = replace(CLEAN, wrong=1_000_000, survivors=LEAKY.survivors[:1])
    assert "99.99 % of those" in " ".join(mutants_text(mutation(nearly)))


def test_the_command_asks_for_as_many_as_are_wanted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []

    def mutate(assignment: Any, box: Any, count: int, seed: int, progress: Any) -> MutationReport:
        asked.append((assignment.slug, count, seed))
        progress(1, 2)
        progress(2, 2)
        return mutation(LEAKY)

    monkeypatch.setattr(mutants, "mutate", mutate)
    monkeypatch.setattr(verifying, "verify", lambda *_: replace(whole(CLEAN), mutation=None))
    page = tmp_path / "page.html"
    arguments = ["verify", SLUG, "--mutants", "50", "--seed", "4", "--html", str(page)]
    done = CliRunner().invoke(main, arguments, env={"COLUMNS": "80"})
    assert asked == [(SLUG, 50, 4)]
    assert done.exit_code == 1
    assert "SURVIVES (1)" in done.stdout
    assert "2 of 2 edited programs" in done.stderr
    assert "Programs edited by machine" in page.read_text(encoding="utf-8")
    plain = CliRunner().invoke(main, ["verify", SLUG], env={"COLUMNS": "80"})
    assert plain.exit_code == 0
    assert len(asked) == 1
