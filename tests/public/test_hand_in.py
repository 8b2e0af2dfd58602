"""What is handed in arrives as it is, whoever is not the portal learns no token, and in a notebook
nothing of it is left."""

from __future__ import annotations

import ast
import getpass
import os
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.error import HTTPError

import pytest

from autograder.model import QuestionStatus
from autograder.public import hand_in as module
from autograder.public.hand_in import Portal, PortalError, hand_in, verdict_lines
from autograder.report.words import WORDS
from autograder.text import points
from tests.fake_portal import ROW, FakePortal, fake_portal

SOURCE = Path(module.__file__).read_text(encoding="utf-8")


@pytest.fixture
def portal() -> Iterator[FakePortal]:
    with fake_portal() as served:
        yield served


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


DATA = bytes(range(256)) * 40 + b"\r\n--\r\n"


def test_a_file_arrives_as_it_is_and_its_receipt_is_looked_at(portal: FakePortal) -> None:
    receipt = Portal(portal.link).send('a "b"; é\r\nX: y.ipynb', DATA, "rates & more")
    assert (receipt["attempt"], receipt["id"]) == (1, 7)
    ((name, data),) = portal.files
    assert data == DATA
    assert "\n" not in name
    assert name.endswith("y.ipynb")
    ((_, path, headers),) = portal.asked
    assert path == "/api/submissions?assignment=rates%20%26%20more"
    assert headers["Authorization"] == f"Bearer {portal.token}"
    portal.digest = "0" * 64
    with pytest.raises(PortalError, match="not what was sent"):
        Portal(portal.link).send("a.py", b"x")


def test_a_token_alone_will_do_where_the_portal_is_named(portal: FakePortal) -> None:
    Portal(portal.token, portal.url + "/").send("a.py", b"x")
    assert portal.asked[0][1] == "/api/submissions"
    Portal(portal.token, portal.link).send("a.py", b"x")  # of a link the address counts
    assert portal.asked[1][1] == "/api/submissions"
    with pytest.raises(PortalError, match="not your whole personal link") as caught:
        Portal(portal.token)
    assert 'hand_in(to="https://...")' in str(caught.value)


@pytest.mark.parametrize(
    ("link", "to", "why"),
    [
        ("http://uni.edu/enter/1-abc", "", "not encrypted"),
        ("1-abc", "http://uni.edu", "not encrypted"),
        ("https://uni.edu/enter/1-abc", "https://evil.example", "is one of https://uni.edu"),
        ("1-abc\r\nX: y", "https://uni.edu", "no personal link"),
        ("", "https://uni.edu", "paste your whole personal link"),
        (" \n", "", "paste your whole personal link"),
        ("https://uni.edu/", "", "not your whole personal link"),
        ("https://uni.edu/enter/", "", "no personal link"),
        ("1-abc", "ftp://uni.edu", "no address"),
        ("1-abc", "uni.edu", "no address"),
    ],
)
def test_what_would_show_the_token_or_is_none_is_refused_before_anything_is_sent(
    link: str, to: str, why: str
) -> None:
    with pytest.raises(PortalError, match=why):
        Portal(link, to)


def test_nobody_is_followed_elsewhere(portal: FakePortal) -> None:
    with fake_portal() as other:
        for status in (301, 302, 303, 307, 308):
            portal.refuses = (status, "", {"Location": f"{other.url}/api/submissions"})
            with pytest.raises(PortalError, match="has moved"):
                Portal(portal.link).send("a.py", b"x")
        assert other.asked == []


def test_a_refusal_of_which_the_end_does_not_come_is_no_fault_of_the_file(
    portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hangs_up(*_: object) -> bytes:
        raise ConnectionResetError(104, "Connection reset by peer")

    portal.refuses = (400, "no", {})
    monkeypatch.setattr(HTTPError, "read", hangs_up, raising=False)
    with pytest.raises(PortalError, match="refuses with status 400") as caught:
        Portal(portal.link).send("a.py", b"x")
    assert caught.value.status == 400


@pytest.mark.parametrize("status", [401, 403, 404, 413, 415, 429])
def test_what_the_portal_refuses_is_said_in_its_words(portal: FakePortal, status: int) -> None:
    portal.refuses = (status, '{"error": "That is how it is."}', {"Retry-After": "9"})
    with pytest.raises(PortalError, match=r"^That is how it is\.$") as caught:
        Portal(portal.link).send("a.py", b"x")
    assert (caught.value.status, caught.value.wait) == (status, 9.0)
    assert portal.token not in str(caught.value)


def test_what_is_no_portal_is_said_to_be_none(portal: FakePortal) -> None:
    for status, text in ((200, "<html>"), (200, "[1]"), (502, "Bad gateway")):
        portal.refuses = (status, text, {})
        with pytest.raises(PortalError, match=r"no portal of|status 502"):
            Portal(portal.link).send("a.py", b"x")
    portal.url = "http://127.0.0.1:9"
    with pytest.raises(PortalError, match="does not answer") as caught:
        Portal(portal.link).send("a.py", b"x")
    assert caught.value.status == 0


def test_the_state_is_followed_through_a_restart_to_the_result(portal: FakePortal) -> None:
    waiting = {"state": "waiting", "place": 3}
    portal.states = [
        waiting,
        waiting,
        {"status": 503, "error": "starting"},
        {"status": 429, "headers": {"Retry-After": "1"}},
        {"state": "running"},
        {"state": "done", "result": ROW},
    ]
    seen: list[Any] = []
    result = Portal(portal.link).follow(7, lambda now: seen.append(now["state"]))
    assert result == ROW
    assert seen == ["waiting", "running"]
    portal.states = [{"status": 403, "error": "Not yours."}]
    with pytest.raises(PortalError, match="Not yours"):
        Portal(portal.link).follow(7)


def test_one_that_takes_too_long_ends_without_a_result(
    portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Portal, "DONE_WITHIN", 0.05)
    portal.states = [{"state": "running"}]
    assert Portal(portal.link).follow(7) is None


def test_a_verdict_is_a_line_a_question_and_no_terminal_obeys_it() -> None:
    assert verdict_lines(ROW) == [
        "78 of 90 points",
        "  adagrad: 20 of 20",
        "  adam: 18 of 30; correction missing; It is not [31m corrected.",
        "  explanation: a person will read it",
    ]


def test_where_people_have_decided_the_sum_is_theirs() -> None:
    assert verdict_lines({**ROW, "final_score": None, "final_max_score": 100})[0] == (
        "78 of 90 points"
    )
    decided = {**ROW, "final_score": 88.2, "final_max_score": 100}
    assert verdict_lines(decided)[0] == "88.2 of 100 points"


def test_the_lines_of_a_verdict_add_up_to_its_sum() -> None:
    adagrad, adam, explanation = ROW["questions"]
    put = {"points": 25, "reason": "the slide misled", "by": "maria", "at": "2026-03-01T10:00:00"}
    decided = {
        **ROW,
        "questions": [
            adagrad,
            {**adam, "override": put},
            {**explanation, "max_score": 25, "override": put, "message": "A person will read it."},
        ],
        "final_score": 63.0,
        "final_score_before_late": 70.0,
        "final_max_score": 100,
    }
    assert verdict_lines(decided) == [
        "63 of 100 points, 7 less for lateness",
        "  adagrad: 20 of 20",
        "  adam: 25 of 30 (18 by the program); correction missing; It is not [31m corrected.",
        "  explanation: 25 of 25",
    ]
    undecided = {**decided, "final_score": None, "score_before_late": 80}
    assert verdict_lines(undecided)[::2] == [
        "78 of 90 points, 2 less for lateness",
        "  adam: 18 of 30; correction missing; It is not [31m corrected.",
    ]


@pytest.mark.parametrize("score", [0, 0.004, 1 / 3, 7.555, 10, 63.225, 99.999, 100, 12345.678])
def test_points_are_written_as_on_every_page(score: float) -> None:
    row = {"status": "graded", "score": score, "max_score": score}
    assert verdict_lines(row) == [f"{points(score)} of {points(score)} points"]


@pytest.mark.parametrize("status", QuestionStatus)
def test_without_points_it_says_what_the_portals_pages_say(status: QuestionStatus) -> None:
    row = {"status": "graded", "questions": [{"name": "adam", "status": status.value}]}
    assert verdict_lines(row) == [f"  adam: {WORDS.question_found[status]}"]


def test_what_is_not_there_is_said_in_its_own_words_alone() -> None:
    said = {
        "adam": ("none", "do_adam is not written yet."),
        "f": ("error", "You wrote F; no f."),
        "why": ("pending", "No written answer was found."),
    }
    rows = [{"name": n, "status": s, "message": m} for n, (s, m) in said.items()]
    lines = verdict_lines({"status": "graded", "questions": rows})
    assert lines == [f"  {name}: {message}" for name, (_, message) in said.items()]


def test_only_what_may_be_seen_is_said() -> None:
    hidden = {
        "status": "graded",
        "questions": [{"name": "adam", "misconceptions": ["single_beta"]}],
    }
    assert verdict_lines(hidden) == ["  adam: single beta"]
    assert verdict_lines({}) == ["Received and read; what came of it is shown later."]
    ours = verdict_lines({"status": "not_graded", "message": "a worker died"})
    assert ours == ["Not graded, through no fault of yours: a worker died"]


# ------------------------------------------------------------------ in a notebook


@pytest.fixture
def notebook(portal: FakePortal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """The names of a notebook whose one cell is the module's own text."""
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rates.ipynb").write_bytes(b'{"cells": []}')
    monkeypatch.setattr(getpass, "getpass", lambda prompt: portal.link)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(SOURCE, names)  # our own text, as a student's kernel runs it
    return names


def test_the_notebook_is_found_and_handed_in(
    notebook: dict[str, Any], portal: FakePortal, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook["hand_in"]()
    assert portal.files == [("rates.ipynb", b'{"cells": []}')]
    said = capsys.readouterr().out
    saved = time.localtime(Path("rates.ipynb").stat().st_mtime)
    at = time.strftime("%H:%M:%S %Z", saved)
    assert said.startswith(f"rates.ipynb, as it was saved at {at}.\n")
    assert "attempt 1" in said
    assert sha256(b'{"cells": []}').hexdigest() in said
    assert f"Your page of it: {portal.url}/h/7" in said
    assert "correction missing" in said


def test_of_what_takes_long_it_is_said_once_how_far_it_is(
    notebook: dict[str, Any], portal: FakePortal, capsys: pytest.CaptureFixture[str]
) -> None:
    portal.states = [
        {"state": "running", "says": "Your code takes long:\x1b[2J it runs there now."},
        {"state": "running", "says": "It is nearly done."},
        *portal.states,
    ]
    notebook["Portal"].QUIET_FOR = 0.0
    notebook["hand_in"]()
    lines = capsys.readouterr().out.splitlines()
    assert lines.count("Your code takes long: [2J it runs there now.") == 1
    assert "It is nearly done." not in lines
    assert "78 of 90 points" in lines


def test_that_another_notebook_is_meant_can_be_said(
    notebook: dict[str, Any], portal: FakePortal
) -> None:
    notebook["hand_in"](anyway=True)
    notebook["hand_in"](assignment="rates", anyway=True)
    posted = [path for method, path, _ in portal.asked if method == "POST"]
    assert posted == [
        "/api/submissions?anyway=yes",
        "/api/submissions?assignment=rates&anyway=yes",
    ]


def test_the_token_stays_nowhere(
    notebook: dict[str, Any], portal: FakePortal, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook["hand_in"]()
    for refusal in (None, (401, "no", {})):
        portal.refuses = refusal
        notebook["hand_in"]()
    assert portal.token not in capsys.readouterr().out
    values = [repr(value) for value in notebook.values()]
    values += [repr(vars(v)) for v in notebook.values() if isinstance(v, type)]
    assert not any(portal.token in value for value in values)
    assert portal.token not in repr(dict(os.environ))
    assert all(portal.token.encode() not in p.read_bytes() for p in Path.cwd().iterdir())


def test_of_two_notebooks_it_asks_which(
    notebook: dict[str, Any],
    portal: FakePortal,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "other.ipynb").write_text("{}")
    notebook["hand_in"]()
    said = "Say which notebook this is: hand_in('my_notebook.ipynb'{})\n"
    assert capsys.readouterr().out == said.format("")
    notebook["hand_in"](assignment="rates")  # as the cell has it that was handed out
    assert capsys.readouterr().out == said.format(", assignment='rates'")
    assert portal.asked == []
    notebook["hand_in"]("other.ipynb")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "rates.ipynb"))
    notebook["hand_in"]()
    assert [name for name, _ in portal.files] == ["other.ipynb", "rates.ipynb"]


def test_where_it_is_graded_it_does_nothing(
    portal: FakePortal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    monkeypatch.setattr(getpass, "getpass", lambda _: pytest.fail("nobody is there to ask"))
    hand_in("x.ipynb")
    assert "autograder submit FILE" in capsys.readouterr().out
    assert portal.asked == []


def test_where_nobody_can_be_asked_it_says_so(
    notebook: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: str) -> str:
        raise NotImplementedError("getpass was called, but this frontend does not support it.")

    monkeypatch.setattr(getpass, "getpass", refused)
    notebook["hand_in"]()
    said = capsys.readouterr().out
    assert "Not done: you cannot be asked for your personal link here. Open the notebook in" in said
    assert "getpass" not in said


def test_it_needs_nothing_but_python() -> None:
    tree = ast.parse(SOURCE)
    needed = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert needed <= set(sys.stdlib_module_names)
    assert "urllib" in needed  # what is looked for is found
