"""What every assignment of the course has to show; a new folder is found and put through it."""

from __future__ import annotations

import html
import io
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread
from pypdf import PdfReader

from autograder.authoring.verify import VerifyReport, verify
from autograder.batch.pages import page_drawer
from autograder.course import Assignment, Course
from autograder.grading import grade_submission
from autograder.judging.words import PART_RIGHT
from autograder.model import Grade, QuestionGrade, QuestionStatus
from autograder.sandbox import open_sandbox
from autograder.submission import read
from tests.conformance.captions import untrue
from tests.conformance.sentences import Seen, read_again, watching
from tests.report.chromium import axe_finds, chromium, shown

COURSE = Course(Path(__file__).resolve().parents[2])
LEAST_VARIANTS, LEAST_SAMPLES = 6, 12
GRADED_EVERY_DAY = "momentum_methods"
"""The samples of the others are graded, and all are proved, where there is more time."""


one_a_day = pytest.mark.parametrize(
    "assignment",
    [
        pytest.param(slug, marks=[] if slug == GRADED_EVERY_DAY else [pytest.mark.long])
        for slug in COURSE.assignments()
    ],
    indirect=True,
    scope="module",
)
"""For what grades every sample of an assignment, or looks at its pages."""


@cache
def loaded(slug: str) -> Assignment:
    return COURSE.load(slug)


@pytest.fixture(scope="module", params=COURSE.assignments())
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return loaded(request.param)


@pytest.fixture(
    scope="module",
    params=[pytest.param(slug, marks=pytest.mark.long) for slug in COURSE.assignments()],
)
def proof(request: pytest.FixtureRequest) -> VerifyReport:
    with open_sandbox(hidden=[COURSE.folder]) as box:
        return verify(COURSE, request.param, box)


@dataclass(frozen=True)
class Sample:
    """A sample submission, what it was given, and what it should be given."""

    name: str
    grade: Grade
    expected: Mapping[str, Any]
    seen: Mapping[str, Seen]
    """What the judge saw, by name of the question."""


@pytest.fixture(scope="module")
def samples(assignment: Assignment) -> list[Sample]:
    """All sample submissions, graded."""
    folder = assignment.folder / "sample_submissions"
    graded = []
    impatient = replace(assignment, limits=replace(assignment.limits, call_seconds=1.0))
    with open_sandbox(hidden=[COURSE.folder]) as box, watching(assignment) as watch:
        for path in sorted(folder.glob("*.expected.json")):
            stem = path.name.removesuffix(".expected.json")
            (file,) = (f for f in folder.glob(f"{stem}.*") if f != path)
            submission = read(file, student=stem, file=file.name)
            grade = grade_submission(submission, impatient, box)
            expected = json.loads(path.read_text(encoding="utf-8"))
            graded.append(Sample(stem, grade, expected, watch.taken()))
    return graded


@pytest.fixture(scope="module")
def pages(assignment: Assignment, samples: list[Sample]) -> dict[str, str]:
    """Their feedback pages, by name."""
    draw = page_drawer(assignment)
    return {sample.name: draw(sample.grade) for sample in samples}


# ------------------------------------------------------------------------------ it is complete


def test_the_points_add_up_to_a_hundred(assignment: Assignment) -> None:
    assert sum(question.points for question in assignment.questions) == 100
    assert assignment.max_score == 90


def test_the_checks_of_each_question_add_up_to_its_points(assignment: Assignment) -> None:
    for question in assignment.questions:
        if not question.by_person:
            checks: Mapping[str, float] = question.kind.points  # type: ignore[attr-defined]
            assert sum(checks.values()) == question.points, question.name


def test_there_are_right_variants_and_samples(assignment: Assignment) -> None:
    folder = assignment.folder
    assert len(list((folder / "right_variants").glob("*.py"))) >= LEAST_VARIANTS
    wrong = {path.name for path in (folder / "sample_submissions").iterdir()}
    expected = {name for name in wrong if name.endswith(".expected.json")}
    assert len(expected) >= LEAST_SAMPLES
    assert {name.split(".")[0] for name in wrong - expected} == {
        name.removesuffix(".expected.json") for name in expected
    }


# ----------------------------------------------------------------------------- it is proved


def test_model_answers_and_right_variants_get_full_marks_and_the_template_none(
    proof: VerifyReport,
) -> None:
    assert [program for program in proof.programs if not program.ok] == []
    wanted = {program.name: program.wanted for program in proof.programs}
    assert wanted.pop("the model answers") == 90
    assert wanted.pop("the empty template") == 0
    assert len(wanted) >= LEAST_VARIANTS
    assert set(wanted.values()) == {90.0}


def test_right_programs_need_no_second_look_and_the_template_does(proof: VerifyReport) -> None:
    """Else every right submission would be asked, and cost, three times as much."""
    further = {program.name: program.asked_further for program in proof.programs}
    assert further.pop("the empty template")
    assert {name: questions for name, questions in further.items() if questions} == {}


def test_every_misconception_is_caught_and_named(proof: VerifyReport) -> None:
    for question in proof.questions:
        assert question.proof.missed == (), question.name
        assert question.proof.misnamed == (), question.name
    assert proof.mutation_score == 1.0
    assert proof.ok


def test_the_tolerance_is_far_from_rounding_and_from_faults(proof: VerifyReport) -> None:
    measured = [question.proof.margins for question in proof.questions]
    margins = [found for found in measured if found is not None]
    assert margins
    assert all(each.wide for each in margins)


# ----------------------------------------------------------------------------- its samples


@one_a_day
def test_samples_are_graded_as_expected(samples: list[Sample]) -> None:
    differences = [line for sample in samples for line in _differences(sample)]
    assert not differences, "\n".join(differences)


def _differences(sample: Sample) -> Iterator[str]:
    grade, expected = sample.grade, sample.expected
    for key in ("student", "file", "score", "max_score"):
        if key in expected and getattr(grade, key) != expected[key]:
            yield f"{sample.name}: {key} is {getattr(grade, key)}, not {expected[key]}"
    if grade.status.value != expected["status"]:
        yield f"{sample.name}: {grade.status.value}, not {expected['status']}"
    questions = {question.name: question for question in grade.questions}
    if set(questions) != set(expected["questions"]):
        yield f"{sample.name}: questions {sorted(questions)}"
    for name, wanted in expected["questions"].items():
        own = questions[name]
        if own.status.value != wanted["status"] or own.score != wanted["score"]:
            yield f"{sample.name}, {name}: {own.status.value} {own.score}, not {wanted}"
        allowed = wanted.get("misconceptions_any", [wanted.get("misconceptions", [])])
        if sorted(own.misconceptions) not in [sorted(slugs) for slugs in allowed]:
            yield f"{sample.name}, {name}: {own.misconceptions}, not {allowed}"


@one_a_day
def test_feedback_pages_of_all_samples_are_drawn(
    assignment: Assignment, samples: list[Sample], pages: Mapping[str, str]
) -> None:
    for sample in samples:
        page = pages[sample.name]
        assert page.lstrip().lower().startswith("<!doctype html>")
        assert assignment.title in page
        for question in assignment.questions:
            assert f"{question.points:g}" in page
        for question_grade in sample.grade.questions:
            for explanation in question_grade.explanations:
                assert explanation.title.split("(")[0].split("'")[0] in page, explanation.slug


@one_a_day
def test_pages_are_small_and_quickly_drawn(assignment: Assignment, samples: list[Sample]) -> None:
    draw = page_drawer(assignment)
    draw(samples[0].grade)  # what is made once for all
    for sample in samples:
        costs = []
        for _ in range(3):
            start = time.process_time()
            page = draw(sample.grade)
            costs.append(time.process_time() - start)
        assert min(costs) <= 0.060, f"{sample.name}: {1000 * min(costs):.0f} ms"
        assert len(page.encode()) <= 300_000, sample.name


# ------------------------------------------------------------------------ its pages, in a browser

UNFOLD = "document.querySelectorAll('details').forEach((d) => { d.open = true })"
WITHOUT_CURVES = "svg path:not(clipPath *) { visibility: hidden }"
"""Every text stays where it is; curves are most of what there is to read on paper."""
IN_VIEW = """() => {
    const bottom = (what) => Math.max(0, ...[...document.querySelectorAll(what)].map(
        (element) => element.getBoundingClientRect().bottom + scrollY));
    const details = document.querySelector(".question:not(.passed) details.more");
    return {
        fault: bottom(".first .fault"), hint: bottom(".first .hint"),
        details: details ? details.getBoundingClientRect().top + scrollY : 0,
        wide: document.documentElement.scrollWidth,
    };
}"""


@one_a_day
@pytest.mark.long
def test_the_fault_and_its_hint_are_seen_first(
    samples: list[Sample], pages: Mapping[str, str]
) -> None:
    """Within 800 pixels on a desk and 900 on a phone; the rest of one fault on three screens."""
    complaints = []
    with chromium() as browser:
        for width, height, most in ((1280, 800, 800), (390, 844, 900)):
            opened = browser.new_page(viewport={"width": width, "height": height})
            for name, grade in ((sample.name, sample.grade) for sample in samples):
                opened.set_content(pages[name])
                seen = opened.evaluate(IN_VIEW)
                lost = [q for q in grade.questions if q.score is not None and q.score < q.max_score]
                named = [slug for question in lost for slug in question.misconceptions]
                if lost:
                    assert 0 < seen["fault"] <= most, f"{name}: {seen}"
                if named:
                    assert seen["hint"] > 0, f"{name} has no hint"
                if len(lost) == 1 and seen["hint"] > most:
                    complaints.append(f"{name} at {width}: the hint ends at {seen['hint']:.0f}")
                if len(named) == 1 and width == 1280 and seen["details"] > 3 * height:
                    complaints.append(f"{name}: details begin at {seen['details']:.0f}")
                if seen["wide"] > width:
                    complaints.append(f"{name} at {width}: it is {seen['wide']} wide")
    assert not complaints


def kinds(samples: list[Sample]) -> list[str]:
    """A right sample, one with a single fault, that with the most, an untouched one, one that
    stops."""
    grades = {sample.name: sample.grade for sample in samples}
    named = {name: sum(len(q.misconceptions) for q in g.questions) for name, g in grades.items()}
    stops = (n for n, g in grades.items() if any(m.stopped for q in g.questions for m in q.marks))
    return [
        next(name for name, grade in grades.items() if grade.score == grade.max_score),
        next(name for name, count in named.items() if count == 1),
        max(named, key=lambda name: named[name]),
        "empty_template",
        *list(stops)[:1],
    ]


@one_a_day
@pytest.mark.long
def test_five_kinds_of_pages_are_printed_well(
    samples: list[Sample], pages: Mapping[str, str]
) -> None:
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": 1280, "height": 800})
        complaints = [said for name in kinds(samples) for said in printed(opened, pages[name])]
    assert not complaints


@pytest.mark.long
def test_pages_that_show_everything_and_long_ones_are_printed_well(
    pages: Mapping[str, str],
) -> None:
    longest = sorted(pages, key=lambda name: len(pages[name]))[-10:]
    assert not badly_printed({name: pages[name] for name in {*telling(pages), *longest}})


@pytest.mark.soak
def test_every_page_is_printed_well(pages: Mapping[str, str]) -> None:
    assert not badly_printed(pages)


def badly_printed(pages: Mapping[str, str]) -> list[str]:
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": 1280, "height": 800})
        return [f"{name}: {said}" for name, page in pages.items() for said in printed(opened, page)]


def printed(opened: Any, page: str) -> Iterator[str]:
    """What is wrong with a page on paper."""
    opened.set_content(page)
    found = opened.evaluate("[...document.querySelectorAll('h2, h3')].map((h) => h.innerText)")
    headings = {" ".join(text.split()) for text in found}
    opened.add_style_tag(content=WITHOUT_CURVES)
    paper = opened.pdf(format="A4", print_background=True)
    for number, sheet in enumerate(PdfReader(io.BytesIO(paper)).pages, start=1):
        at: list[float] = []
        written = sheet.extract_text(
            visitor_text=lambda text, cm, tm, font, size, at=at: (
                at.append(cm[0] * tm[4] + cm[4]) if text.strip() else None
            )
        )
        lines = [" ".join(line.split()) for line in written.split("\n")]
        lines = [line for line in lines if line]
        if lines and lines[-1] in headings:
            yield f"page {number} ends with the heading {lines[-1]}"
        if at and min(at) < 30:  # points; a printer reaches no further
            yield f"page {number} has text {min(at):.0f} points from the edge"


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_pages_that_show_everything(
    pages: Mapping[str, str], scheme: str
) -> None:
    assert not out_of_reach({name: pages[name] for name in telling(pages)}, scheme)


@pytest.mark.soak
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(pages: Mapping[str, str], scheme: str) -> None:
    assert not out_of_reach(pages, scheme)


def out_of_reach(pages: Mapping[str, str], scheme: str) -> list[str]:
    """What axe-core says against the pages, with everything unfolded."""
    complaints = []
    with chromium() as browser:
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)
        opened = context.new_page()
        for name, page in pages.items():
            opened.set_content(page)
            opened.evaluate(UNFOLD)
            complaints += [
                f"{name}: {one['id']}: {one['nodes'][0]['html'][:160]}"
                for one in axe_finds(opened, colours_only=scheme == "dark")
            ]
    return complaints


TAG = re.compile(r"<([a-z][\w-]*)([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
LOOKS = {"class", "role", "fill", "stroke"}


def elements(page: str) -> set[tuple[str, ...]]:
    """Kinds of elements on a page: what they are called, and what decides how they look."""
    return {
        (tag, *(f"{name}={value}" if name in LOOKS else name for name, value in has))
        for tag, attributes in TAG.findall(page)
        for has in [ATTRIBUTE.findall(attributes)]
    }


def telling(pages: Mapping[str, str]) -> list[str]:
    """A few of the pages, on which there is every kind of element that is on any of them."""
    on = {name: elements(page) for name, page in pages.items()}
    missing = set().union(*on.values())
    chosen = []
    while missing:
        chosen.append(max(on, key=lambda name: len(on[name] & missing)))
        missing -= on[chosen[-1]]
    return chosen


@pytest.mark.long
def test_curves_are_told_apart_without_red_or_green(
    samples: list[Sample], pages: Mapping[str, str]
) -> None:
    """As Chromium shows the legends to such eyes: two swatches differ in colour, or in their dashes
    or markers."""
    with chromium() as browser:
        for scheme, deficiency in product(("light", "dark"), ("deuteranopia", "protanopia")):
            with shown(browser, pages[kinds(samples)[1]], color_scheme=scheme) as page:
                page.context.new_cdp_session(page).send(
                    "Emulation.setEmulatedVisionDeficiency", {"type": deficiency}
                )
                page.evaluate(UNFOLD)
                legends = page.locator(".question:not(.passed) ul.legend").all()
                assert legends
                assert not [told for legend in legends for told in alike(legend)]


def alike(legend: Any) -> Iterator[str]:
    """Pairs of swatches that look the same."""
    seen = [
        (_colour(swatch.screenshot()), re.sub(r"--\w:#\w+;?", "", swatch.inner_html()))
        for swatch in legend.locator("svg.swatch").all()
    ]
    for (one, drawn), (other, drawn_other) in combinations(seen, 2):
        if float(np.abs(one - other).max()) <= 40 and drawn == drawn_other:
            yield legend.inner_text()


def _colour(png: bytes) -> np.ndarray:
    """The colour of a swatch's pixel that is furthest from its background."""
    pixels = np.asarray(imread(io.BytesIO(png)))[..., :3].reshape(-1, 3) * 255
    away = np.abs(pixels - pixels[0]).sum(axis=1)
    colour: np.ndarray = pixels[int(np.argmax(away))]
    return colour


# ------------------------------------------------------------------------------ what is said is so


@one_a_day
def test_what_is_said_stands_on_the_page(samples: list[Sample], pages: Mapping[str, str]) -> None:
    for sample in samples:
        text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", pages[sample.name])).split())
        for question in sample.grade.questions:
            tried = [check.message for check in question.checks if check.tried]
            for said in (*tried, *question.evidence):
                assert " ".join(said.split()) in text, (sample.name, said)


@one_a_day
def test_every_sentence_is_so(samples: list[Sample]) -> None:
    count = 0
    false: list[str] = []
    for sample in samples:
        graded = {question.name: question for question in sample.grade.questions}
        for name, seen in sample.seen.items():
            said = graded[name]
            assert said.checks == seen.verdict.checks or said.message != seen.verdict.message
            for sentence, so in read_again(seen):
                count += 1
                if not so:
                    false.append(f"{sample.name}, {name}: {sentence}")
    assert not false, "\n".join(false)
    assert count > 20 * len(samples)


@one_a_day
def test_every_sentence_of_the_samples_rests_on_something(samples: list[Sample]) -> None:
    """A check that failed has its evidence, one that was not tried has its cause, and a right part
    was compared."""
    complaints = [
        f"{sample.name}, {question.name}: {complaint}"
        for sample in samples
        for question in sample.grade.questions
        for complaint in unfounded(question)
    ]
    assert not complaints


@one_a_day
def test_every_sentence_on_figures_is_computed_again(samples: list[Sample]) -> None:
    """What captions, facts and behaviours say is so by the numbers that are drawn."""
    drawn = [p for sample in samples for q in sample.grade.questions for p in q.pictures]
    complaints = [
        f"{sample.name}, {question.name}: {complaint}"
        for sample in samples
        for question in sample.grade.questions
        for complaint in untrue(question)
    ]
    assert drawn
    assert not complaints, "\n".join(complaints)


@one_a_day
def test_a_caption_that_is_not_so_is_noticed(samples: list[Sample]) -> None:
    """The readers of captions see a wrong number, and words without any."""
    question = next(
        q for s in samples for q in s.grade.questions if any(p.goal for p in q.pictures)
    )
    (path, *_) = [picture for picture in question.pictures if picture.goal]
    (own,) = [line for line in path.lines if not line.beside]
    for caption, seen in (
        (f"{path.caption} It gets stuck far from the minimum.", "nothing computes this again"),
        ("It was nearest in epoch 1, at 0.001.", "the numbers say something else"),
        (path.caption.replace(own.label, "your friend"), "the numbers say something else"),
    ):
        changed = replace(question, pictures=(replace(path, caption=caption),), checks=())
        assert any(seen in complaint for complaint in untrue(changed)), caption


@one_a_day
def test_marks_stand_on_lines_that_do_what_they_say(samples: list[Sample]) -> None:
    """A line said to ask for a gradient, to form a step or a moment names what that takes."""
    wanted = {"asks for the gradient": "grad_", "takes the root": "sqrt", "corrects": "1 -"}
    count = 0
    for sample in samples:
        for question in sample.grade.questions:
            lines = question.source.split("\n")
            for mark in question.marks:
                line, count = lines[mark.line - 1], count + 1
                assert line.strip(), f"{sample.name}: an empty line is marked"
                for says, text in wanted.items():
                    if mark.says.startswith(says):
                        assert text in line or "** 0.5" in line, f"{sample.name}: {line}"
                if mark.says.startswith(("forms", "asks", "takes", "corrects", "gives")):
                    assert "=" in line or ".append(" in line, f"{sample.name}: {line}"
            if question.status is QuestionStatus.FULL:
                assert not question.marks, f"{sample.name}: marks in right code"
                assert question.trial is None, f"{sample.name}: a case for right code"
    assert count


def unfounded(question: QuestionGrade) -> Iterator[str]:
    """What is said of a question without anything that it could be known by."""
    wrong = [check for check in question.checks if check.tried and not check.passed]
    untried = [check for check in question.checks if not check.tried]
    known = question.misconceptions or question.evidence or question.message
    if wrong and not known:
        yield "it lost points, and nothing says why"
    if untried and not known:
        yield "something was not tried, and nothing says why"
    for check in untried:
        if check.passed or check.score or not check.message.startswith("Not tried: "):
            yield f"{check.name} was not tried, and says otherwise"
    if question.status in (QuestionStatus.ERROR, QuestionStatus.TIMEOUT):
        if wrong or any(check.passed for check in question.checks):
            yield "there was no answer, and something is judged"
        if question.message in {check.message for check in question.checks}:
            yield "the cause is said more than once"
    seen_whole = {c.name for c in question.checks if c.tried and c.name in ("trajectory", "vector")}
    for check in question.checks:
        if check.message == PART_RIGHT.get(check.name) and not seen_whole:
            yield f"{check.name} is right, and no path was compared"
        if check.passed and not check.tried:
            yield f"{check.name} passed without being tried"
    biased = next((c for c in question.checks if c.name == "unbiased moments"), None)
    if question.tables and biased is not None and not biased.tried:
        yield "weights are shown that could not be told"
    if any("weights" in text for text in question.evidence) and not question.tables:
        yield "weights are spoken of, and none are shown"


@one_a_day
def test_an_empty_template_is_not_written_yet_and_has_no_misconception(
    samples: list[Sample],
) -> None:
    empty = next(sample for sample in samples if sample.name == "empty_template")
    for question in empty.grade.questions:
        assert question.misconceptions == ()
        if question.checks:
            assert "not written yet" in (question.message or "")
            assert not any(check.tried for check in question.checks)
