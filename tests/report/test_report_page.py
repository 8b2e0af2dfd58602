"""The feedback page says everything in the grade, and nothing in it can do harm."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from itertools import pairwise

import pytest
from example_grades import (
    ADAM_SOURCE,
    adam_question,
    loss_surface,
    not_graded,
    simple_question,
    unreadable,
    with_text_everywhere,
    wrong_adam,
)
from page_reader import Page, read_page

from autograder.judging.words import WRITTEN_NONE
from autograder.model import (
    Check,
    Explanation,
    Grade,
    Override,
    QuestionGrade,
    QuestionStatus,
)
from autograder.report import WORDS, feedback_page
from autograder.report.html import POLICY, POLICY_WITH_SCRIPT, SCRIPT

HOSTILE = [
    "<script>document.title='HACKED'</script>",
    "\"'><img src=x onerror=document.title='HACKED'>",
    "</style></title></pre></svg><svg onload=document.title='HACKED'>",
    "{{ 7 * 7 }}{% raw %}{# &lt;b&gt; #}]]>--><!--",
    "javascript:document.title='HACKED'",
    "\x00\x1b[2J\x9b31m\u202egnp.exe\u2066\ud800",
    "{student} {0.__class__} %s",
]


def page_of(grade: Grade) -> str:
    return feedback_page(
        grade, assignment_title="Adaptive learning rates", backgrounds={"loss": loss_surface()}
    )


@pytest.fixture(scope="module")
def html() -> str:
    return page_of(wrong_adam())


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return read_page(html)


def words_of(page: Page) -> str:
    return page.texts("body")[0]


def first_section(page: Page) -> list[str]:
    sections = [e for e in page.all("section") if "first" in e.attributes.get("class", "").split()]
    return [" ".join(section.text.split()) for section in sections]


def test_score_and_what_waits_for_a_person(page: Page) -> None:
    text = words_of(page)
    assert "78 of 90 points" in text
    assert "10 points, not counted yet, a person will read it" in text
    assert "Because v only grows, so η/√v goes to 0 and b stops short." in text


def test_nobody_is_said_to_read_an_answer_that_is_not_there() -> None:
    grade = wrong_adam()
    questions = tuple(
        replace(one, answer="", message=WRITTEN_NONE)
        if one.status is QuestionStatus.PENDING
        else one
        for one in grade.questions
    )
    text = words_of(read_page(page_of(replace(grade, questions=questions))))
    assert "10 points, nothing written yet" in text
    assert WRITTEN_NONE in text
    assert "person will read" not in text


def test_every_check_has_its_points_its_sentence_and_a_verdict_in_words(page: Page) -> None:
    items = [e.text for e in page.all("li") if e.inside[-1] == "ul" and "of" in e.text]
    for check in adam_question().checks:
        (item,) = [text for text in items if check.message in text]
        assert check.name in item
        assert f"{check.score:g} of {check.max_score:g}" in item
    (bias,) = [text for text in items if "uncorrected" in text]
    assert "✗not passed:" in bias
    (behaviour,) = [text for text in items if "plateau" in text]
    assert "◐partly passed:" in behaviour


def test_the_misconception_is_a_card_with_hint_and_lecture(page: Page) -> None:
    (card,) = first_section(page)
    (explanation,) = adam_question().explanations
    for part in (explanation.title, explanation.what, explanation.hint, explanation.lecture):
        assert part in card
    assert WORDS.convention not in card


def test_a_convention_is_said_to_be_one() -> None:
    outside = Explanation(
        "epsilon_outside_root", "ε stands outside the root", "w", "h", "l", convention=True
    )
    question = replace(adam_question(), explanations=(outside,))
    (card,) = first_section(read_page(page_of(replace(wrong_adam(), questions=(question,)))))
    assert WORDS.convention in card


def test_a_misconception_without_explanation_is_named_in_words() -> None:
    question = replace(adam_question(), explanations=())
    text = words_of(read_page(page_of(replace(wrong_adam(), questions=(question,)))))
    assert "This looks like: correction missing." in text


def test_the_source_stands_there_line_by_line(page: Page) -> None:
    spans = [e for e in page.all("span") if e.inside[-2:] == ("pre", "code")]
    notes = [mark.says for mark in adam_question().marks]
    lines = [e.text for e in spans]
    for note in notes:
        lines = [line.removesuffix(note) for line in lines]
    assert "\n".join(lines) == ADAM_SOURCE.rstrip("\n")
    numbers = [int(e.attributes["data-n"]) for e in spans]
    assert numbers == list(range(3, 3 + len(spans))), "lines are counted as in their cell"
    assert "Cell 7" in page.texts("p")


def test_known_lines_are_marked(page: Page) -> None:
    marked = [e for e in page.all("span") if "marked" in e.attributes.get("class", "")]
    assert [e.attributes["data-n"] for e in marked] == ["16", "17"]
    assert "w = w - eta" in marked[0].text
    assert page.texts("em") == ["forms the step of w", "forms the step of b"]


def test_the_case_to_try_stands_with_its_call(page: Page) -> None:
    assert "do_adam(X=[1, 1])" in page.texts("code")
    assert "By hand" in page.texts("caption")


def test_the_first_thing_to_fix_stands_before_the_questions(page: Page) -> None:
    (first,) = first_section(page)
    assert first.startswith("Fix this first")
    assert "12 points to win" in first
    headings = page.texts("h2")
    assert headings.index("Fix this first") < headings.index("Adam")
    assert headings.index("Adam") < headings.index(WORDS.passed)


def test_passed_questions_are_folded_to_a_line(page: Page) -> None:
    folded = [e for e in page.all("details") if "id" in e.attributes]
    titles = [" ".join(e.text.split()) for e in page.all("summary") if e.inside[-1] == "details"]
    assert len(folded) == 4
    for title in ("AdaGrad", "RMSProp", "Bias correction"):
        assert [line for line in titles if title in line and "of" in line]
    assert not [e for e in page.all("details") if "open" in e.attributes]


def test_whom_it_is_for_is_said_by_name_where_one_is_known() -> None:
    heads = [
        read_page(feedback_page(wrong_adam(), assignment_title="Rates", name=name)).texts("header")
        for name in ("Alice\u202e <b>", "alice", "")
    ]
    named, *others = (head for (head,) in heads)
    assert named.startswith("Rates For Alice\\u202e <b> (alice) · File alice.ipynb")
    for head in others:
        assert head.startswith("Rates For alice · File alice.ipynb")


def test_every_question_has_a_line_with_its_points_below() -> None:
    questions = [
        *wrong_adam().questions,
        simple_question("lost", "Momentum", 0.0, 5.0, QuestionStatus.NONE),
        replace(
            simple_question("given", "NAG", 2.0, 6.0, QuestionStatus.PARTIAL),
            override=Override(6.0, "Right.", "maria", datetime(2025, 4, 1, tzinfo=UTC)),
        ),
    ]
    page = read_page(page_of(replace(wrong_adam(), questions=tuple(questions))))
    (below,) = [e for e in page.all("section") if "passed" in e.attributes["class"].split()]
    told = " ".join(below.text.split())
    places = [
        told.index(line)
        for line in (
            "✓ Gradients of the sigmoid neuron 10 of 10",
            "✓ AdaGrad 20 of 20",
            "✓ RMSProp 20 of 20",
            "◐ Adam 18 of 30",
            "✓ Bias correction 10 of 10",
            "– Why does AdaGrad get stuck? 10 points, not counted yet",
            "✗ Momentum 0 of 5",
            "✓ NAG 6 of 6",
        )
    ]
    assert places == sorted(places), "in the order of the assignment"


def test_what_changed_since_the_last_attempt_is_said() -> None:
    before = replace(wrong_adam(), score=60.0)
    questions = tuple(
        replace(q, score=0.0, misconceptions=(), explanations=()) if q.name == "adam" else q
        for q in before.questions
    )
    before = replace(before, questions=questions)
    html = feedback_page(wrong_adam(), assignment_title="Rates", before=before)
    text = words_of(read_page(html))
    assert "your attempt before: 60, this one: 78." in text
    assert "Adam: 0 before, 18 here; new: Your Adam steps with the raw moments." in text


def test_evidence_tables_notices_and_printed_text(page: Page) -> None:
    text = words_of(page)
    assert "sum to 0.1, those of your v to 0.001." in text
    assert "0.7176" in page.texts("td")
    assert "Cell 7 failed and was passed over: NameError: name 'plot' is not defined." in text
    (printed,) = [e for e in page.all("pre") if "epoch 1 loss 3.02" in e.text]
    assert "details" in printed.inside


def test_figures_are_described_for_those_who_do_not_see(page: Page) -> None:
    drawings = [svg for svg in page.all("svg") if svg.attributes.get("role") == "img"]
    assert len(drawings) == 4
    ids = {e.attributes["id"]: e for e in page.elements if "id" in e.attributes}
    for svg in drawings:
        title, description = (ids[name] for name in svg.attributes["aria-labelledby"].split())
        assert (title.tag, description.tag) == ("title", "desc")
        assert title.text
        assert description.text


def test_the_document_is_well_formed_and_stands_alone(html: str, page: Page) -> None:
    assert page.left_open == []
    assert page.all("html")[0].attributes["lang"] == "en"
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    assert all(a.attributes["href"].removeprefix("#") in ids for a in page.all("a"))
    (script,) = page.all("script")
    assert script.text == SCRIPT
    assert not page.all("link") + page.all("iframe") + page.all("img")
    assert not re.search(r"url\((?!#)|@import|https?:", html)
    levels = [int(e.tag[1]) for e in page.elements if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_policy_forbids_scripts_before_anything_else_is_read(page: Page) -> None:
    (policy,) = [m for m in page.all("meta") if "http-equiv" in m.attributes]
    assert policy.attributes["content"] == POLICY_WITH_SCRIPT
    assert page.elements.index(policy) <= 3
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert f"{POLICY}; script-src 'sha256-{digest}'" == POLICY_WITH_SCRIPT
    assert "default-src 'none'" in POLICY
    assert "script-src" not in POLICY


def test_a_page_without_paths_has_no_script_and_allows_none() -> None:
    still = read_page(page_of(unreadable()))
    assert not still.all("script")
    (policy,) = [m for m in still.all("meta") if "http-equiv" in m.attributes]
    assert policy.attributes["content"] == POLICY


def test_the_same_grade_gives_the_same_page(html: str) -> None:
    assert page_of(wrong_adam()) == html


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_strangers_stays_text(text: str, page: Page) -> None:
    grade = with_text_everywhere(wrong_adam(), text)
    html = page_of(grade)
    html.encode("utf-8")
    hostile = read_page(html)
    assert {e.tag for e in hostile.elements} <= {e.tag for e in page.elements}
    assert hostile.left_open == []
    for element in hostile.elements:
        assert not [name for name in element.attributes if name.startswith("on")]
        assert element.attributes.get("href", "#").startswith("#")
        assert "HACKED" not in element.attributes.get("style", "")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", unescape(html))


def test_endless_text_ends() -> None:
    question = replace(
        adam_question(),
        source="x = 1\n" * 100_000 + "y" * 1_000_000,
        evidence=("e" * 1_000_000,),
        checks=(Check("c", False, 0, 1, "m" * 1_000_000),),
    )
    html = page_of(replace(wrong_adam(), questions=(question,), printed="p" * 5_000_000))
    assert len(html) < 300_000
    assert "… (99401 more lines)" in html
    assert "more characters" in html


@pytest.mark.parametrize(
    ("grade", "sentence", "has_score"),
    [(unreadable(), WORDS.unreadable, True), (not_graded(), WORDS.not_graded, False)],
)
def test_what_could_not_be_graded_says_what_to_do(
    grade: Grade, sentence: str, has_score: bool
) -> None:
    page = read_page(page_of(grade))
    text = words_of(page)
    assert sentence in text
    assert grade.message is not None
    assert grade.message in text
    assert ("of 90 points" in text) is has_score


def test_a_question_that_was_not_judged_is_no_zero() -> None:
    question = QuestionGrade("adam", "Adam", QuestionStatus.ERROR, None, 30.0, message="Why.")
    text = words_of(read_page(page_of(replace(wrong_adam(), questions=(question,)))))
    assert "Not counted yet: Adam (30 points). It could not be judged" in text
    assert "0 of 30" not in text


def test_without_the_sandbox_the_page_says_so(page: Page) -> None:
    assert WORDS.unsafe not in words_of(page)
    assert WORDS.unsafe in words_of(read_page(page_of(replace(wrong_adam(), unsafe=True))))


def test_a_teacher_can_change_the_words() -> None:
    words = replace(WORDS, hint="Denkanstoß", language="de")
    page = read_page(feedback_page(wrong_adam(), assignment_title="Übung", words=words))
    assert "Denkanstoß" in page.texts("dt")
    assert page.all("html")[0].attributes["lang"] == "de"


def test_a_page_with_four_figures_costs_milliseconds() -> None:
    surface = {"loss": loss_surface()}
    costs = []
    for _ in range(5):
        start = time.process_time()
        feedback_page(wrong_adam(), assignment_title="Rates", backgrounds=surface)
        costs.append(time.process_time() - start)
    assert min(costs) < 0.05  # it is 3 ms; a single figure of a plotting library costs 50 to 300


def test_a_page_needs_no_plotting_library() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import example_grades as e, autograder.report as r\n"
        "loss = {'loss': e.loss_surface()}\n"
        "r.feedback_page(e.wrong_adam(), assignment_title='', backgrounds=loss)\n"
        "sys.exit('matplotlib' in sys.modules)"
    )
    folder = __file__.rpartition("/")[0]
    assert subprocess.run([sys.executable, "-c", program, folder], check=False).returncode == 0
