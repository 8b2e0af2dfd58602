"""A slip in a copy of any assignment's settings is refused in one sentence, by every command."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.bench.__main__ import main as bench
from autograder.cli import main
from autograder.course import Course
from autograder.errors import AssignmentError

COURSE = Course(Path(__file__).resolve().parents[2])


@dataclass(frozen=True)
class Slip:
    """Text that is replaced once, what stands there then, and what the refusal has to say."""

    old: str
    """A regular expression; its first match is replaced."""
    new: str
    place: str
    """The path of the value; {q}: the first question, {c}: its first check, {f}: the first
    convention, {w}: the question that a person marks, {last}: that one's place in the file."""
    said: str


LIMITS = r"\[limits\]"
SLIPS = {
    # names
    "a key": Slip("tolerance =", "tolerence =", "tolerence", "did you mean tolerance?"),
    "a table": Slip(LIMITS, "[limit]", "limit", "did you mean limits?"),
    "a key of a table": Slip("call_seconds", "call_second", "limits.call_second", "call_seconds?"),
    "a key of a question": Slip("points = ", "point = ", "questions.{q}.point", "points?"),
    "a key of a convention": Slip("share =", "shares =", "conventions.{f}.shares", "share?"),
    "what is shown before the due date": Slip(
        LIMITS,
        '[feedback]\nbefore_due = "points"\n[limits]',
        "feedback.before_due",
        '"public", "names" or "all"',
    ),
    "a rubric without a person": Slip(
        "points = ",
        'rubric = { sums = { text = "It sums.", points = 1 } }\npoints = ',
        "questions.{q}.rubric",
        "by_person = true",
    ),
    "a rubric's item without points": Slip(
        "by_person = true",
        'by_person = true\nrubric = { sums = { text = "It sums." } }',
        "questions.{w}.rubric.sums",
        "points",
    ),
    "a rubric's item with a name of two words": Slip(
        "by_person = true",
        'by_person = true\nrubric = { "it sums" = { text = "It sums.", points = 1 } }',
        "questions.{w}.rubric",
        "name of letters",
    ),
    "attempts a day": Slip(
        LIMITS, "[attempts]\nper_day = 0\n[limits]", "attempts.per_day", "from 1 to 1000"
    ),
    "how many hand in together": Slip(
        LIMITS, "[attempts]\npartners = 0\n[limits]", "attempts.partners", "from 1 to 20"
    ),
    "whom to trust": Slip(
        LIMITS,
        '[late]\ntrust = ["files"]\n[limits]',
        "late.trust[0]",
        '"files"; it should be "students_word" or "file"',
    ),
    "days to give away": Slip(
        LIMITS, "[late]\nbudget_days = 3\n[limits]", "late.budget_days", "takes nothing off"
    ),
    "half a late day": Slip(
        LIMITS,
        "[late]\ndue = 2025-03-14T23:59:00Z\npolicy = 'share_per_day'\nshare = 0.1\n"
        "budget_days = 1.5\n[limits]",
        "late.budget_days",
        "a whole number of days from 1 to 365",
    ),
    "a question": Slip(r"questions\.(?P<q>\w+)\]", r"questions.\g<q>s]", "questions.{q}", "{q}s?"),
    "a question more": Slip(
        LIMITS,
        '[questions.extra]\ntitle = "x"\npoints = 1\nby_person = true\n[limits]',
        "questions.extra",
        "is not in questions.py",
    ),
    "a check": Slip(r'"(?P<c>[^"]+)" = ', r'"\g<c>x" = ', "questions.{q}.checks.{c}", "{c}?"),
    "a convention": Slip(
        "mean_gradient", "mean_gradeint", "conventions.mean_gradeint", "did you mean mean_gradient?"
    ),
    "a text": Slip(r"texts = \[", 'texts = ["reasons", ', "texts[0]", '"reasons"'),
    "a policy": Slip(
        'policy = "points"', 'policy = "point"', "conventions.{f}.policy", '"warn", "points"'
    ),
    "which attempt": Slip(
        LIMITS,
        '[attempts]\nkeep = "worst"\n[limits]',
        "attempts.keep",
        '"latest", "best" or "chosen"',
    ),
    "a zone": Slip(
        LIMITS,
        '[late]\ndue = 2025-03-14T23:59:00\ntimezone = "Asia/Kolkatta"\n[limits]',
        "late.timezone",
        "did you mean Asia/Kolkata?",
    ),
    # left out
    "no title": Slip("title = .*", "", "title", "is missing"),
    "no points": Slip("points = .*", "", "questions.{q}.points", "is missing"),
    "no checks": Slip("checks = .*", "", "questions.{q}.checks", "are missing"),
    "no policy": Slip('policy = "full" ', "", "conventions.{full}.policy", "is missing"),
    "no share": Slip(", share = 0.1", "", "conventions.{f}.share", "is missing"),
    # types
    "points in quotes": Slip(
        r"points = (\d+)", r'points = "\1"', "questions.{q}.points", "a number"
    ),
    "points as a truth": Slip(r"points = \d+", "points = true", "questions.{q}.points", "is true"),
    "a title that is a number": Slip("title = .*", "title = 3", "title", "is 3"),
    "a truth that is a number": Slip(
        "by_person = true", "by_person = 1", "questions.{w}.by_person", "true or false"
    ),
    "texts without brackets": Slip(r"texts = \[(.*)\]", r"texts = \1", "texts", "an array"),
    "checks in an array": Slip("checks = {.*}", "checks = [1]", "questions.{q}.checks", "a table"),
    "a convention in a word": Slip(
        r"mean_gradient = {.*}", 'mean_gradient = "full"', "conventions.mean_gradient", "a table"
    ),
    "a date in quotes": Slip(
        LIMITS, '[late]\ndue = "2025-03-14T23:59:00Z"\n[limits]', "late.due", "without quotes"
    ),
    # ranges
    "points below 0": Slip(r"points = \d+", "points = -1", "questions.{q}.points", "is -1"),
    "points that are no number": Slip(
        r"points = \d+", "points = nan", "questions.{q}.points", "nan"
    ),
    "endless points": Slip(r"points = \d+", "points = inf", "questions.{q}.points", "is inf"),
    "an endless check": Slip(r"= \d,", "= inf,", "questions.{q}.checks.", "is inf"),
    "a tolerance of nothing": Slip("tolerance = 1e-6", "tolerance = 0", "tolerance", "above 0"),
    "a tolerance of nan": Slip("tolerance = 1e-6", "tolerance = nan", "tolerance", "is nan"),
    "no time": Slip("call_seconds = 2.0", "call_seconds = 0", "limits.call_seconds", "above 0"),
    "endless time": Slip(
        "call_seconds = 2.0", "call_seconds = inf", "limits.call_seconds", "at most 60"
    ),
    "memory for nothing": Slip(LIMITS, "[limits]\nmemory = 512", "limits.memory", "bytes from"),
    "a share of more than all": Slip(
        "share = 0.1", "share = 10", "conventions.{f}.share", "0 to 1"
    ),
    "a number beyond all": Slip(
        r"points = \d+", f"points = 0x{'f' * 5000}", "questions.{q}.points", "that large"
    ),
    # contradictions
    "points that do not add up": Slip(
        r"points = (\d+)", r"points = \g<1>.5", "questions.{q}.checks", "add up to"
    ),
    "points that almost add up": Slip(
        r"points = (\d+)", r"points = \g<1>.0000001", "questions.{q}.checks", ".0000001"
    ),
    "checks for a person": Slip(
        "by_person = true",
        'by_person = true\nchecks = { "x" = 10 }',
        "questions.{w}.checks",
        "person",
    ),
    "a person for checks": Slip(
        "checks = {.*}", "by_person = true", "questions.{q}.by_person", "without a person"
    ),
    "a share without use": Slip(
        'policy = "points"', 'policy = "warn"', "conventions.{f}.share", "takes no share"
    ),
    "more time for a part than for all": Slip(
        LIMITS, "[limits]\ntotal_seconds = 10", "limits.notebook_seconds", "total_seconds"
    ),
    "an end without days": Slip(
        LIMITS,
        '[late]\ndue = 2025-03-14T23:59:00Z\npolicy = "cut_off"\n[limits]',
        "late.cut_off_days",
        "is missing",
    ),
    "days without an end": Slip(
        LIMITS,
        "[late]\ndue = 2025-03-14T23:59:00Z\ncut_off_days = 3\n[limits]",
        "late.cut_off_days",
        "never cuts off",
    ),
    "a day's share without use": Slip(
        LIMITS,
        "[late]\ndue = 2025-03-14T23:59:00Z\nshare = 0.1\n[limits]",
        "late.share",
        "takes no share",
    ),
    "nothing a day": Slip(
        LIMITS,
        '[late]\ndue = 2025-03-14T23:59:00Z\npolicy = "share_per_day"\n[limits]',
        "late.share",
        "is missing",
    ),
    "late for what": Slip(
        LIMITS, '[late]\npolicy = "cut_off"\ncut_off_days = 0\n[limits]', "late.due", "is missing"
    ),
    "a date without a zone": Slip(
        LIMITS, "[late]\ndue = 2025-03-14T23:59:00\n[limits]", "late.due", "no time zone"
    ),
    "when it opens, nowhere": Slip(
        LIMITS, "[release]\nopens = 2025-03-01T08:00:00\n[limits]", "release.opens", "no time zone"
    ),
    "when it opens, in two zones": Slip(
        LIMITS,
        '[late]\ndue = 2025-03-14T23:59:00\ntimezone = "Asia/Kolkata"\n'
        "[release]\nopens = 2025-03-01T08:00:00Z\n[limits]",
        "release.opens",
        "leave the offset out",
    ),
    "opens when it is due": Slip(
        LIMITS,
        "[late]\ndue = 2025-03-14T23:59:00Z\n[release]\nopens = 2025-03-15T00:59:00+01:00\n"
        "[limits]",
        "release.opens",
        "is not before late.due",
    ),
    "a date with two zones": Slip(
        LIMITS,
        '[late]\ndue = 2025-03-14T23:59:00Z\ntimezone = "Asia/Kolkata"\n[limits]',
        "late.timezone",
        "an offset already",
    ),
}


@dataclass(frozen=True)
class Copy:
    """A course of one assignment whose settings may be spoiled."""

    folder: Path
    slug: str

    @property
    def file(self) -> Path:
        return self.folder / "assignments" / self.slug / "assignment.toml"

    def spoil(self, slip: Slip) -> tuple[str, str]:
        """Make the slip; the place and the words that the refusal is to have."""
        text = self.file.read_text(encoding="utf-8")
        spoiled = re.sub(slip.old, slip.new, text, count=1)
        assert spoiled != text, "there is nothing like it here"
        self.file.write_text(spoiled, encoding="utf-8")
        names = _names(tomllib.loads(text))
        if slip.place.endswith("{c}"):  # the check's new name; quoted where it has a space
            place = f"questions.{names['q']}.checks."
        else:
            place = slip.place.format(**names)
        return place, slip.said.format(**names)


def _names(settings: dict[str, dict[str, dict[str, object]]]) -> dict[str, str]:
    questions, conventions = settings["questions"], settings["conventions"]
    first = next(iter(questions))
    return {
        "q": first,
        "c": next(iter(questions[first]["checks"])),  # type: ignore[call-overload]
        "f": next(slug for slug, entry in conventions.items() if entry["policy"] == "points"),
        "full": next(slug for slug, entry in conventions.items() if entry["policy"] == "full"),
        "w": next(name for name, question in questions.items() if question.get("by_person")),
    }


@pytest.fixture(params=COURSE.assignments())
def copy(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    return copied(request.param, tmp_path, monkeypatch)


@pytest.fixture
def one_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    return copied(COURSE.assignments()[0], tmp_path, monkeypatch)


def copied(slug: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (folder / "assignments" / slug).mkdir(parents=True)
    (folder / "reference").symlink_to(COURSE.folder / "reference")
    for name in ("assignment.toml", "questions.py", "notebook.md"):
        text = (COURSE.folder / "assignments" / slug / name).read_text(encoding="utf-8")
        (folder / "assignments" / slug / name).write_text(text, encoding="utf-8")
    (folder / "assignments" / slug / "sample_submissions").mkdir()
    released = Path("student_template", slug, "public_checks.json")
    (folder / released).parent.mkdir(parents=True)
    shutil.copy(COURSE.folder / released, folder / released)
    return Copy(folder, slug)


def test_a_copy_without_a_slip_loads_and_is_another_version_when_it_changes(copy: Copy) -> None:
    before = Course(copy.folder).load(copy.slug)
    copy.file.write_text(copy.file.read_text().replace("tolerance = 1e-6", "tolerance = 1e-5"))
    after = Course(copy.folder).load(copy.slug)
    assert before.version != after.version


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_slip_is_refused_in_a_sentence_that_names_its_place(copy: Copy, slip: Slip) -> None:
    place, said = copy.spoil(slip)
    with pytest.raises(AssignmentError) as error:
        Course(copy.folder).load(copy.slug)
    sentence = str(error.value)
    assert sentence.startswith(f"{copy.file}: {place}")
    assert said in sentence
    assert sentence[-1] in ".?"
    assert "\n" not in sentence
    assert len(sentence) < len(str(copy.file)) + 300


# ---------------------------------------------------------------------------- by every command

COMMANDS = {
    "check": ["check", "{submissions}/alice.py"],
    "grade": ["grade", "{submissions}", "--workers", "0", "--out", "{out}"],
    "demo": ["demo", "--out", "{out}"],
    "feedback": ["feedback", "--out", "{out}"],
    "export": ["export", "--format", "csv", "--out", "{out}"],
    "show": ["show", "alice", "--out", "{out}"],
    "verify": ["verify", "{slug}"],
    "release": ["release", "{slug}"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("name", ["a key", "a check", "endless points", "a zone"])
def test_every_command_that_loads_it_refuses_it(
    one_copy: Copy, command: list[str], name: str, tmp_path: Path
) -> None:
    place, said = one_copy.spoil(SLIPS[name])
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "alice.py").write_text("x = 1\n")
    values = {
        "submissions": str(tmp_path / "submissions"),
        "out": str(tmp_path / "out"),
        "slug": one_copy.slug,
    }
    arguments = [argument.format(**values) for argument in command]
    result = CliRunner().invoke(main, [*arguments, "--course", str(one_copy.folder)])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith(f"Error: {one_copy.file}: {place}")
    assert said in result.stderr
    assert isinstance(result.exception, SystemExit)
    assert not (tmp_path / "out").exists()


def test_the_benchmark_refuses_it_too(
    one_copy: Copy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place, _ = one_copy.spoil(SLIPS["a key"])
    monkeypatch.chdir(one_copy.folder)
    assert bench([]) == 2
    assert capsys.readouterr().err.startswith(f"Error: {one_copy.file}: {place}")


# ------------------------------------------------------------------------------- course.toml


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('defualt = "x"', "defualt is not known; did you mean default?"),
        ("default = 3", "default is 3; it should be a text that is not empty."),
        ('default = "{slug}x"', "which is no assignment; did you mean {slug}?"),
        ("[default", "cannot be read:"),
    ],
)
def test_a_slip_in_the_courses_own_settings(one_copy: Copy, text: str, said: str) -> None:
    file = one_copy.folder / "assignments" / "course.toml"
    file.write_text(text.format(slug=one_copy.slug))
    for command in ("verify", "check"):
        arguments = [command, *([str(one_copy.file)] if command == "check" else [])]
        result = CliRunner().invoke(main, [*arguments, "--course", str(one_copy.folder)])
        assert result.exit_code == 2
        assert str(file) in result.stderr
        assert said.format(slug=one_copy.slug) in result.stderr
    with pytest.raises(AssignmentError, match=re.escape(str(file))):
        Course(one_copy.folder).load(one_copy.slug)


# ------------------------------------------------------------------------------ questions.py


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("def questions(", "def question(", "defines no questions(settings)"),
        ("settings.tolerance", "settings.tolerence", "AttributeError"),
        ("settings.tolerance", 'settings["tolerance"]', "TypeError"),
        ("    return {\n", "    return 3\n    return {\n", "TypeError"),
        (
            "    return {\n",
            '    return {"x": 3}\n    return {\n',
            "x is a int, which is no kind of",
        ),
    ],
)
def test_questions_that_cannot_be_made_of_the_settings(
    one_copy: Copy, old: str, new: str, said: str
) -> None:
    file = one_copy.file.parent / "questions.py"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(AssignmentError, match=re.escape(said)) as error:
        Course(one_copy.folder).load(one_copy.slug)
    assert str(file) in str(error.value)


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        (COMMANDS["release"], 2, "Error: {file}, line {line}: NameError: name 'shap' is not"),
        (
            COMMANDS["grade"],
            1,
            "alice: The assignment's own code failed on this submission: NameError in "
            "questions.py, line {line}: name 'shap' is not",
        ),
    ],
    ids=["release", "grade"],
)
def test_code_of_the_assignment_that_fails_later_is_told_with_its_line(
    one_copy: Copy,
    command: list[str],
    status: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What is changed has a pool of its own, and one student needs no dozen of instances.
    monkeypatch.setattr("autograder.judging.update_rule.POOL", 1)
    file = one_copy.file.parent / "questions.py"
    old, new = "w, x = 3 * chance.random(shape)", "w, x = 3 * chance.random(shap)"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "alice.py").write_text("x = 1\n")
    values = {"submissions": str(tmp_path / "submissions"), "out": str(tmp_path / "out")}
    arguments = [part.format(**values, slug=one_copy.slug) for part in command]
    result = CliRunner().invoke(main, [*arguments, "--course", str(one_copy.folder)])
    line = text[: text.index(old)].count("\n") + 1
    assert result.exit_code == status
    assert said.format(file=file, line=line) in result.stderr
