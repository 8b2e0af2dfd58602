"""The test of the tests: it proves this course's assignment, and notices what is doctored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autograder.authoring import verify as verifying
from autograder.authoring.verify import (
    STUDENT,
    Program,
    QuestionReport,
    VerifyReport,
    prove_question,
)
from autograder.authoring.verify_matrix import folded, heads, sole_catches, weak_spots
from autograder.authoring.verify_report import verify_page, verify_text
from autograder.cli import main
from autograder.course import Assignment, Course, Question
from autograder.judging.formula import Formula
from autograder.judging.proof import Fault, Margins, Pairs, Proof
from autograder.judging.question import Answers
from autograder.judging.update_rule import UpdateRule
from autograder.judging.written import WrittenExam
from autograder.model import NotebookRun, Outcome, Submission

COURSE = Path(__file__).resolve().parents[2]
SLUG = "momentum_methods"


def right_answers(assignment: Assignment, asked: Question) -> Answers:
    """What a right program answers to a question that asks for an update rule."""
    assert isinstance(asked.kind, UpdateRule)
    exam = asked.kind.draw(assignment.seed(STUDENT, asked.name))
    traces = {i.name: i.trace(exam.right_rows(i)) for i in exam.asked_of_all}
    return Answers(Submission("", ""), NotebookRun(Outcome.RETURNED), traces)


@pytest.fixture(scope="session")
def proof() -> VerifyReport:
    """The report on a small assignment, as if two programs had been run."""
    loaded = Course(COURSE).load(SLUG)
    questions = [q for q in loaded.questions if isinstance(q.kind, UpdateRule)][:2]
    reports = tuple(
        QuestionReport(q.name, q.title, prove_question(loaded, q, [right_answers(loaded, q)]))
        for q in questions
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
    lines = verify_text(proof).splitlines()
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert lines[-2].startswith("PROVED: 100 %") or lines[-1].startswith("PROVED: 100 %")
    for question in proof.questions:
        assert f"{question.title} ({question.name})" in lines
        for row in folded(question.proof):
            assert f"  {row.name}" in text


def test_the_page_has_every_variant_and_part(proof: VerifyReport) -> None:
    page = verify_page(proof)
    assert page.count('class="detail"') == sum(len(q.proof.faults) for q in proof.questions)
    for fault in proof.questions[-1].proof.faults:
        assert fault.slugs[0] in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert "in w only" in page


# -------------------------------------------------------------- what cannot be proved is refused


class Unknown:
    """A kind of question that somebody has added, without a proof."""

    functions: tuple[str, ...] = ()
    public_calls = False

    def draw(self, seed: bytes, *, public: bool = False) -> WrittenExam:
        return WrittenExam("essay")


def doctored(monkeypatch: pytest.MonkeyPatch, kind: object) -> tuple[int, str]:
    """The command on an assignment one of whose questions is of another kind."""
    assignment = Course(COURSE).load(SLUG)
    first, *rest = assignment.questions
    changed = replace(assignment, questions=(replace(first, kind=kind), *rest))  # type: ignore[arg-type]
    monkeypatch.setattr(Course, "load", lambda *_: changed)
    monkeypatch.setattr(verifying, "_run_programs", no_programs)
    done = CliRunner().invoke(main, ["verify", SLUG, "--course", str(COURSE)])
    return done.exit_code, done.output


def no_programs(assignment: Assignment, *_: object) -> tuple[tuple[Program, ...], Any]:
    """As if none had been run, but for a written model answer."""
    answered = Answers(
        Submission("", "", written={q.name: "Because." for q in assignment.questions}),
        NotebookRun(Outcome.RETURNED),
        {},
    )
    by_person = [q.name for q in assignment.questions if q.by_person]
    return (), {q.name: [answered] if q.name in by_person else [] for q in assignment.questions}


def test_a_kind_without_a_proof_is_a_broken_assignment(monkeypatch: pytest.MonkeyPatch) -> None:
    status, said = doctored(monkeypatch, Unknown())
    assert status == 2
    assert said.startswith(f"Error: {SLUG}, ")
    assert "Unknown cannot be proved" in said
    assert "PROVED:" not in said
    assert "Traceback" not in said


def question(name: str) -> tuple[Assignment, Question]:
    assignment = Course(COURSE).load("adaptive_learning_rates")
    return assignment, next(q for q in assignment.questions if q.name == name)


def test_a_formula_of_which_nothing_wrong_is_known_is_not_proved() -> None:
    assignment, asked = question("bias_correction")
    assert isinstance(asked.kind, Formula)
    assert prove_question(assignment, asked, []).ok
    nothing = replace(asked, kind=replace(asked.kind, wrong=()))
    proof = prove_question(assignment, nothing, [])
    assert proof.is_empty
    assert not proof.ok
    report = QuestionReport(asked.name, asked.title, proof)
    assert any("NOTHING TO CATCH" in line for line in verify_text(whole(GOOD, report)).splitlines())
    assert "NOTHING TO CATCH" in verify_page(whole(GOOD, report))
    assert not whole(GOOD, report).ok


def test_a_written_question_is_proved_to_leave_points_to_a_person() -> None:
    assignment, asked = question("explanation")
    found = Answers(
        Submission("", "", written={"explanation": "Because."}), NotebookRun(Outcome.RETURNED), {}
    )
    proof = prove_question(assignment, asked, [found])
    assert proof.ok
    assert proof.by_person
    text = verify_text(whole(GOOD, QuestionReport(asked.name, asked.title, proof)))
    assert "A person marks it; no answer, right or wrong, gets a point before that." in text
    page = verify_page(whole(QuestionReport(asked.name, asked.title, proof)))
    assert "A person marks it" in page
    assert "<h3>Which check catches what" not in page


def test_a_written_question_that_no_person_marks_is_not_proved() -> None:
    assignment, asked = question("explanation")
    found = Answers(
        Submission("", "", written={"explanation": "Because."}), NotebookRun(Outcome.RETURNED), {}
    )
    proof = prove_question(assignment, replace(asked, by_person=False), [found])
    assert not proof.ok
    report = whole(QuestionReport(asked.name, asked.title, proof))
    text = " ".join(verify_text(report).split())
    assert "NOT SHOWN: only a person can mark it, and assignment.toml does not say" in text
    assert "gets a point before" not in text


def test_an_assignment_without_questions_proves_nothing() -> None:
    assert not whole().ok


# ------------------------------------------------------------------------ doctored reports


def fault(slug: str, *failed: str, lost: float = 1.0, named: str | None = None) -> Fault:
    return Fault((slug,), "", lost, failed, (slug if named is None else named,))


PROOF = Proof(
    ("step", "trajectory", "edge cases"),
    (
        fault("epsilon_missing", "step"),
        fault("wrong_sign", "step", "trajectory"),
        fault("wrong_sign", "trajectory", "edge cases"),
    ),
    Pairs(10, 9, ("wrong_sign + wrong_sign",)),
    Margins(1e-6, 1e-15, 2e-3, "wrong_sign"),
)
GOOD = QuestionReport("adam", "Adam", PROOF)


def good(**changes: object) -> QuestionReport:
    """The same with a proof that differs."""
    return replace(GOOD, proof=replace(PROOF, **changes))  # type: ignore[arg-type]


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
        ({"faults": ()}, "NOTHING TO CATCH"),
        ({"faults": (replace(fault("stops_early", "step"), own=False),)}, "NOTHING TO CATCH"),
        ({"faults": (replace(fault("wrong_sign", lost=0.0), free=True),)}, "NOTHING TO CATCH"),
        ({"complaints": ("it is half a proof",)}, "NOT SHOWN: it is half a proof"),
    ],
)
def test_what_is_weak_is_said_and_not_proved(change: dict[str, object], spot: str) -> None:
    weak = good(**change)
    assert GOOD.ok
    assert not weak.ok
    assert spot in "; ".join(weak_spots(weak.proof))
    lines = verify_text(whole(GOOD, weak)).splitlines()
    assert any(line.startswith("NOT PROVED") for line in lines)
    page = verify_page(whole(GOOD, weak))
    assert "Not proved" in page
    assert spot in page


def test_an_almost_perfect_score_is_not_rounded_up() -> None:
    nearly = good(pairs=Pairs(1_000_000, 999_999, ()))
    text = " ".join(verify_text(whole(nearly)).splitlines())
    assert "100 %" not in text
    assert "99.99 %" in text


def test_a_right_program_that_loses_a_point_is_listed() -> None:
    lost = Program("loops.py", 89.0, 90.0, 90.0, ("adam: step: off",))
    report = whole(GOOD, programs=(lost, Program("empty", 0.0, 90.0, 0.0, ())))
    assert not report.ok
    text = verify_text(report)
    assert "89 of 90: loops.py (WRONG, 90 is right)" in text
    assert "adam: step: off" in text
    assert "adam: step: off" in verify_page(report)


def test_variants_fold_into_a_row() -> None:
    first, second = folded(PROOF)
    assert (first.name, first.marks) == ("epsilon_missing", ("all", "none", "none"))
    assert (second.name, second.marks) == ("wrong_sign", ("some", "all", "some"))
    lines = verify_text(whole(GOOD)).splitlines()
    row = next(line for line in lines if line.startswith("  wrong_sign x2"))
    assert row.split()[2:] == ["o", "x", "o"]


def test_checks_that_catch_nothing_alone_are_named_fairly() -> None:
    assert PROOF.idle_checks == ("trajectory", "edge cases")
    assert sole_catches(PROOF) == {"step": 1, "trajectory": 0, "edge cases": 0}
    text = " ".join(verify_text(whole(GOOD)).split())
    assert "Nothing would slip through without trajectory and edge cases alone" in text
    assert "partial credit" in text


def test_heads_tell_checks_apart() -> None:
    assert heads(("gradient", "step"), 4) == ("grad", "step")
    assert heads(("f of a number", "f of a vector"), 6) == ("a", "b")


def test_a_fault_without_a_name_is_listed_by_what_is_wrong() -> None:
    unnamed = replace(fault("x", "step"), slugs=(), named=(), detail="counted from 1")
    report = good(faults=(*PROOF.faults, unnamed))
    assert report.ok
    assert "counted from 1" in [row.name for row in folded(report.proof)]
    named = good(faults=(*PROOF.faults, replace(unnamed, named=("wrong_sign",), lost=0.0)))
    assert "MISNAMED: counted from 1 is named wrong_sign" in weak_spots(named.proof)
    assert "MISSED: counted from 1 loses no point" in weak_spots(named.proof)


def test_names_of_equivalents_are_listed() -> None:
    other = replace(fault("root_missing", "step", named="wrong_sign"), equivalent=True)
    report = good(faults=(*PROOF.faults, other))
    assert report.ok
    text = " ".join(verify_text(whole(report)).splitlines())
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
    weak = good(pairs=Pairs(10, 8, ()))
    page = tmp_path / "verify.html"
    status, printed = run_verify(monkeypatch, whole(weak), "--html", str(page))
    assert status == 1
    assert "NOT PROVED" in printed
    assert page.read_text(encoding="utf-8") == verify_page(whole(weak))
