"""What programs ask of the portal, and what they are answered."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from course_class import SLUG
from portal_class import NOTEBOOK, PROGRAM, School, row_of, verdict
from starlette.datastructures import UploadFile

from autograder.acts import publish
from autograder.batch.order import current_grades
from autograder.batch.output import book_of
from autograder.errors import StoreError
from autograder.formats import json_row
from autograder.model import Grade, SubmissionStatus
from autograder.settings import Attempts, Late
from autograder.store import Extension
from autograder.store.hand_ins import Lane
from autograder.submission import label, read
from autograder.web import safety
from autograder.web.portal import receiving


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with School(tmp_path) as opened:
        yield opened


def test_a_hand_in_is_kept_then_graded_then_read(school: School) -> None:
    alice = school.program("alice")
    receipt = alice.hand_in().json()
    assert alice.status == 202
    keys = ["id", "digest", "at", "attempt", "received"]
    assert list(receipt) == keys, "in time, there is nothing to say"
    assert receipt["digest"] == hashlib.sha256(NOTEBOOK).hexdigest()
    assert receipt["attempt"] == 1
    at = datetime.fromisoformat(receipt["at"])
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)
    address = f"/api/submissions/{receipt['id']}"
    waiting = alice.ask("GET", address).json()
    assert (waiting["state"], waiting["place"]) == ("waiting", 1)
    assert waiting["result"] is None
    assert list(waiting) == ["state", "place", "result", "says"]
    assert waiting["says"] == "Received; it waits to be graded, place 1 in the queue."
    taken = school.take()
    assert taken is not None
    running = alice.ask("GET", address).json()
    assert (running["state"], running["says"]) == (
        "running",
        "Being graded now, mostly within seconds.",
    )
    row = row_of(taken.hand_in, verdict("moment_overwritten"))
    assert school.store.hand_ins.settle(taken, "here/1/a", row)
    done = alice.ask("GET", address).json()
    assert (done["state"], done["place"]) == ("done", 0)
    assert done["result"]["student"] == "alice"
    assert done["result"]["file"] == "hw.ipynb"
    assert list(done) == ["state", "place", "result"]
    (listed,) = alice.ask("GET", "/api/submissions").json()
    more = {"assignment": SLUG, "file": "hw.ipynb", "state": "done", "place": 0}
    assert listed == {**{key: receipt[key] for key in keys[:4]}, **more}


def test_programs_are_told_of_what_takes_long_in_the_words_of_the_page(school: School) -> None:
    alice, browser = school.program("alice"), school.browser("alice")
    ticket = alice.hand_in().json()["id"]
    assert school.take() is not None
    assert school.store.hand_ins.give_back(["here/1/a"], Lane.LONG) == 1
    long = (
        "This takes longer than most, so it is done apart from the others, which may take minutes:"
    )
    for words in ("it waits there, place 1.", "it is being graded there now."):
        said = alice.ask("GET", f"/api/submissions/{ticket}").json()["says"]
        assert said == f"{long} {words}"
        assert said in browser.read(f"/h/{ticket}")
        school.take()


def test_beside_the_receipt_is_said_whether_it_was_in_time_and_what_is_left(
    school: School,
) -> None:
    due = datetime.now(UTC) + timedelta(days=1)
    school.says(late=Late(due=due), attempts=Attempts(per_day=3, partners=2))
    alice, bob = (
        next(p for p in school.portal.door.links.directory.people if p.id == who)
        for who in ("alice", "bob")
    )
    for one, other in ((alice, bob), (bob, alice)):
        school.store.hand_ins.join(SLUG, one.number or 0, other.number or 0, True)
    receipt = school.program("alice").hand_in().json()
    says, at = receipt["says"], datetime.fromisoformat(receipt["at"])
    assert receipt["received"] == f"{at:%a %d %b %Y, %H:%M:%S} UTC", "on the clocks of the due date"
    in_time = f"Due {due:%a %d %b %Y, %H:%M} UTC. In time."
    assert says == [in_time, "2 attempts left today.", "Handed in for Bob B., too."]


def test_whose_attempts_are_used_up_is_told_from_when_on_there_are_more(school: School) -> None:
    school.says(attempts=Attempts(per_day=1))
    left, again = school.program("alice").hand_in().json()["says"]
    assert left == "0 attempts left today."
    assert re.fullmatch(r"You can hand in again from .+ 00:00\b.* on\.", again), again


def test_places_are_told_by_who_is_graded_first(school: School) -> None:
    alice, bob = school.program("alice"), school.program("bob")
    first, second = alice.hand_in().json(), alice.hand_in(PROGRAM, "hw.py").json()
    other = bob.hand_in().json()
    places = [
        who.ask("GET", f"/api/submissions/{one['id']}").json()["place"]
        for who, one in ((alice, first), (alice, second), (bob, other))
    ]
    assert places == [1, 3, 2]


@pytest.mark.parametrize(
    ("before_due", "names", "points"),
    [("all", True, True), ("names", True, False), ("public", False, False)],
)
def test_a_result_says_what_may_be_seen(
    school: School, before_due: str, names: bool, points: bool
) -> None:
    school.says(before_due=before_due)
    alice = school.program("alice")
    ticket = alice.hand_in().json()["id"]
    school.grade(verdict("moment_overwritten"))
    result = alice.ask("GET", f"/api/submissions/{ticket}").json()["result"]
    adam = next(one for one in result["questions"] if one["name"] == "adam")
    assert ("moment_overwritten" in adam["misconceptions"]) is names
    assert (adam["score"] == 15) is points
    assert (result["score"] is None) is not points
    assert bool(adam["checks"]) is points
    text = json.dumps(result)
    assert ("moment_overwritten" in text) is names
    assert ("It goes there." in text) is points
    assert ("rest" in result) is points
    assert set(result) - {"rest"} == set(json_row(verdict()))


def test_all_of_it_is_the_row_of_the_grades_that_staff_have(school: School) -> None:
    school.says(
        before_due="all",
        late=Late(due=datetime(2026, 1, 1, tzinfo=UTC), policy="share_per_day", share=0.001),
    )
    alice = school.program("alice")
    ticket = alice.hand_in().json()["id"]
    school.grade(verdict("correction_missing"))
    result = alice.ask("GET", f"/api/submissions/{ticket}").json()["result"]
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    (grade,) = current_grades(exercise.order, school.store)
    assert result.pop("rest").startswith("a person gives up to "), "as the page says"
    assert result == json.loads(json.dumps(json_row(grade)))
    assert result["late"]["points"] < 0


def test_what_is_published_is_seen_whatever_the_assignment_says(school: School) -> None:
    school.says(before_due="public")
    alice = school.program("alice")
    old = alice.hand_in(PROGRAM, "old.py").json()["id"]
    new = alice.hand_in().json()["id"]
    school.grade(verdict("moment_overwritten"), verdict("correction_missing"))
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    book = book_of(exercise.assignment, current_grades(exercise.order, school.store))
    publish(school.store, book, "ines")
    shown = alice.ask("GET", f"/api/submissions/{new}").json()["result"]
    assert shown["published"] is True
    assert shown["score"] == 75
    before = alice.ask("GET", f"/api/submissions/{old}").json()["result"]
    assert (before["published"], before["score"]) == (False, 75)


def test_the_published_file_handed_in_again_has_its_own_name_and_time(school: School) -> None:
    """And the points that were published, whatever else came between."""
    now = datetime.now(UTC)
    tomorrow, lately = now + timedelta(days=1), now - timedelta(hours=30)
    school.says(late=Late(due=tomorrow, policy="share_per_day", share=0.1))
    alice = school.program("alice")
    first = alice.hand_in(PROGRAM, "old.py").json()
    alice.hand_in(b"w =", "broken.py")
    unreadable = Grade("x", "x", SubmissionStatus.UNREADABLE, 0.0, 90.0, "It is cut off.")
    school.grade(verdict("moment_overwritten"), unreadable)
    exercise = school.portal._syllabus.get(SLUG)
    assert exercise is not None
    book = book_of(exercise.assignment, current_grades(exercise.order, school.store))
    publish(school.store, book, "ines")
    again = alice.hand_in(PROGRAM, "new.py").json()
    school.grade(verdict("moment_overwritten"))

    def result(receipt: dict[str, str]) -> dict[str, Any]:
        told = alice.ask("GET", f"/api/submissions/{receipt['id']}").json()["result"]
        assert isinstance(told, dict)
        return told

    old, new = result(first), result(again)
    assert "A newer file of this student, broken.py" in old["message"], "of this one it is so"
    for row, name, receipt in ((old, "old.py", first), (new, "new.py", again)):
        at = datetime.fromisoformat(row["handed_in"]["at"])
        assert (row["file"], at) == (name, datetime.fromisoformat(receipt["at"]))
    assert new["message"] is None
    (older, newer) = (row["questions"][-1] for row in (old, new))
    assert (older.pop("message"), newer.pop("message")) == (
        "This attempt does not count.",  # and the other does, whose answer is the same
        "A person will read it.",
    )
    assert old["says"] == [
        "This attempt will not count (attempt 3 will). Until results are published again your "
        "result is of this attempt."
    ]
    assert ("rest" in old, "rest" in new) == (False, True)
    own = {"file", "handed_in", "message", "rest", "says", "changes"}
    assert {k: v for k, v in new.items() if k not in own} == {
        k: v for k, v in old.items() if k not in own
    }
    assert new["published"] is True
    pages = school.browser("alice")
    for receipt, name, other in ((first, "old.py", "new.py"), (again, "new.py", "old.py")):
        page = pages.ask("GET", f"/h/{receipt['id']}/page").text
        assert name in page
        assert other not in page
        assert ("broken.py" in page) is (name == "old.py")
    # What its own time costs, and nothing of what the other's did.
    school.says(late=Late(due=lately, policy="share_per_day", share=0.1))
    old, new = result(first), result(again)
    assert (old["late"], old["score"]) == (None, 75)
    assert (new["late"]["points"], new["score"], new["score_before_late"]) == (-15, 60, 75)


def test_who_has_no_token_or_none_that_is_good_is_not_answered(school: School) -> None:
    for client in (
        school.program(),
        school.program(token="1-" + "a" * 32),
        school.program(token="no token"),
    ):
        assert client.hand_in().status_code == 401
        assert client.ask("GET", "/api/submissions").status_code == 401
        assert "personal link" in client.answer.json()["error"]
        is_a_student = "authorization" in client.answer.request.headers
        assert ("Bearer" in client.answer.json()["error"]) is not is_a_student
    ticket = school.program("alice").hand_in().json()["id"]
    assert school.program().ask("GET", f"/api/submissions/{ticket}").status_code == 401
    alice = school.program("alice")
    person = school.portal.door.links.directory.find("alice")
    school.portal.door.links.revoke(person)
    assert alice.ask("GET", "/api/submissions").status_code == 401


def test_a_cookie_is_no_token(school: School) -> None:
    alice = school.browser("alice")
    assert alice.ask("GET", "/api/submissions").status_code == 401
    assert alice.hand_in().status_code == 401


def test_staff_hand_nothing_in(school: School) -> None:
    for who in ("ines", "maria"):
        assert school.program(who).hand_in().status_code == 403


def test_what_is_somebody_elses_is_not_there(school: School) -> None:
    ticket = school.program("alice").hand_in().json()["id"]
    for who in ("bob", "ines"):
        client = school.program(who)
        assert client.ask("GET", f"/api/submissions/{ticket}").status_code == 404
        assert client.ask("GET", "/api/submissions").json() == []
        mine, nobodys = client.page, client.ask("GET", f"/api/submissions/{'0' * 20}")
        assert (nobodys.status_code, mine) == (404, "[]")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("hw.ipynb", b""),
        ("hw.py", b" \n\n"),
        ("hw.ipynb", b"\x89PNG\r\n\x1a\n0000"),
        ("hw.py", b"PK\x03\x04 an archive"),
        ("hw.ipynb", b"%PDF-1.7"),
        ("hw.py", b"\x7fELF\0\0\0"),
        ("hw.py", b"w = 1\n\0\0\x01 no text"),
        ("hw.ipynb", b"<!doctype html><html>"),
        ("essay.txt", b"AdaGrad stops."),
        ("hw", b"w = 1\n"),
    ],
)
def test_what_is_no_work_by_its_contents_is_refused(school: School, name: str, data: bytes) -> None:
    alice = school.program("alice")
    assert alice.hand_in(data, name).status_code == 415
    assert alice.answer.json()["error"].endswith(".")
    assert alice.ask("GET", "/api/submissions").json() == []


@pytest.mark.parametrize("name", ["hw.png", "hw", "hw.py", "notes.txt", "hw.ipynb.json"])
def test_a_notebook_is_one_whatever_it_is_called(school: School, name: str) -> None:
    assert school.program("alice").hand_in(NOTEBOOK, name).status_code == 202


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd.py", "passwd.py"),
        ("C:\\work\\hw.py", "hw.py"),
        ("a\u202egnp.py", "a\\u202egnp.py"),
        ("x" * 500 + ".ipynb", "x" * 114 + ".ipynb"),
        ("x" * 500 + ".py", "x" * 117 + ".py"),
        ("x" * 50 + "." + "y" * 500, "x" * 50 + "." + "y" * 9),
        ("<b>hw</b>.py", "b>.py"),
        ("...", "submission.ipynb"),
    ],
)
def test_a_name_is_no_path_and_hides_nothing(school: School, name: str, kept: str) -> None:
    alice = school.program("alice")
    alice.hand_in(NOTEBOOK, name)
    (listed,) = alice.ask("GET", "/api/submissions").json()
    assert listed["file"] == kept


def test_a_form_without_a_file_or_no_form_is_refused(school: School) -> None:
    alice, address = school.program("alice"), f"/api/submissions?assignment={SLUG}"
    assert alice.ask("POST", address, json={"file": "w = 1"}).status_code == 415
    assert alice.ask("POST", address, content=NOTEBOOK).status_code == 415
    assert alice.ask("POST", address, files={"another": ("hw.py", PROGRAM)}).status_code == 400
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert alice.ask("POST", address, content=b"--y\r\n", headers=headers).status_code == 400
    assert alice.ask("POST", address, data={"a": "b"}, headers={}).status_code == 415
    assert alice.ask("PUT", address).status_code == 405
    assert alice.hand_in(slug="another").status_code == 404
    assert SLUG in alice.answer.json()["error"]


def test_a_name_that_is_too_long_is_cut_or_refused_in_a_sentence(school: School) -> None:
    alice, page = school.program("alice"), school.browser("alice")
    assert alice.hand_in(name=f"{'a' * 3_000}.ipynb").status_code == 202
    (kept,) = school.store.hand_ins.all(SLUG)
    assert len(kept.file) == 120
    too_long = f"{'a' * 5_000}.ipynb"
    for answer in (alice.hand_in(name=too_long), page.upload(name=too_long)):
        assert answer.status_code == 400
        assert "for the name of the file, or what else stands before it, is too long" in answer.text
        assert "Invalid multipart" not in answer.text
    assert len(school.store.hand_ins.all(SLUG)) == 1


def test_of_one_assignment_nobody_need_say_the_name(school: School) -> None:
    alice = school.program("alice")
    files = {"file": ("hw.ipynb", NOTEBOOK)}
    assert alice.ask("POST", "/api/submissions", files=files).status_code == 202
    assert alice.ask("GET", "/api/submissions").json()[0]["assignment"] == SLUG


def test_too_much_is_refused_while_it_comes(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "LARGEST", 3_000)
    monkeypatch.setattr("autograder.web.portal.app.MOST_BODY", 5_000)
    alice = school.program("alice")
    assert alice.hand_in(NOTEBOOK + b" " * 3_000).status_code == 413
    assert "larger than" in alice.answer.json()["error"]
    sent = 0

    async def endless():  # type: ignore[no-untyped-def]
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.py"\r\n\r\n'
        while sent < 1_000_000:
            sent += 1_000
            yield b"#" * 1_000

    headers = {"content-type": "multipart/form-data; boundary=x"}
    address = f"/api/submissions?assignment={SLUG}"
    assert alice.ask("POST", address, content=endless(), headers=headers).status_code == 413
    assert sent < 20_000
    assert alice.ask("GET", "/api/submissions").json() == []


def of_21_megabytes(source: str = "", output: str = "") -> bytes:
    whole = json.loads(NOTEBOOK)
    picture = {"output_type": "display_data", "data": {"image/png": output}, "metadata": {}}
    whole["cells"][0] |= {"source": f"w = 1{source}", "outputs": [picture]}
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("name", "data", "says", "most_read"),
    [
        (
            "hw.py",
            PROGRAM + b"#" * 21_000_000,
            "hw.py is larger than 20 MB (21 MB), as no program is: hand in the one that you wrote.",
            10_000,
        ),
        (
            "hw.ipynb",
            of_21_megabytes(source="#" * 21_000_000),
            "hw.ipynb is larger than 20 MB even without its outputs: hand in the notebook that "
            "holds your work.",
            22_000_000,
        ),
        ("hw.ipynb", of_21_megabytes(output="A" * 21_000_000), "", 22_000_000),
    ],
    ids=["program", "notebook", "pictures"],
)
def test_what_no_grader_would_read_has_no_receipt(
    school: School,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    data: bytes,
    says: str,
    most_read: int,
) -> None:
    """And what one would has; of what is refused no more is in memory than tells what it is."""
    in_memory, read_it = 0, UploadFile.read

    async def counted(file: UploadFile, size: int = -1) -> bytes:
        nonlocal in_memory
        data = await read_it(file, size)
        in_memory += len(data)
        return data

    monkeypatch.setattr(UploadFile, "read", counted)
    alice = school.program("alice")
    alice.hand_in(data, name)
    assert (alice.status, alice.answer.json().get("error", "")) == (413 if says else 202, says)
    assert len(school.store.hand_ins.all(SLUG)) == (not says)
    assert in_memory <= most_read
    (here := school.folder / name).write_bytes(data)
    assert (read(here, student="alice", file=name).problem or "") == says, "as graders have it"


@pytest.mark.parametrize(
    "head",
    [
        b"X: " + b"a" * 2_000_000,
        b"a" * 2_000_000 + b": b",
        b"\r\n".join(b"a: b" for _ in range(100_000)),
        b'Content-Disposition: form-data; name="file"; filename="' + b"a" * 2_000_000 + b'"',
        b'Content-Disposition: form-data; name="file"' + b'; a="b"' * 300_000,
    ],
)
def test_a_head_within_a_form_that_does_not_end_is_refused(school: School, head: bytes) -> None:
    alice, began = school.program("alice"), time.process_time()
    said = alice.ask(
        "POST",
        f"/api/submissions?assignment={SLUG}",
        content=b"--x\r\n" + head + b"\r\n\r\nw = 1\r\n--x--\r\n",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert (said.status_code, said.json()["error"][:12]) == (400, "That is no f")
    assert time.process_time() - began < 2
    assert school.store.hand_ins.all(SLUG) == []


def test_what_is_refused_before_it_is_read_is_json_too(school: School) -> None:
    alice = school.program("alice")
    address = f"/api/submissions?assignment={SLUG}"
    for status, more in {
        413: {"content": b"", "headers": {"content-length": "200000000"}},
        403: {"content": b"", "headers": {"origin": "https://evil.example"}},
        421: {"content": b"", "headers": {"host": "evil.example"}},
    }.items():
        assert alice.ask("POST", address, **more).status_code == status
        assert alice.answer.json()["error"].endswith(".")


def test_so_many_a_day(school: School) -> None:
    school.says(attempts=Attempts(per_day=2))
    alice = school.program("alice")
    assert [alice.hand_in().status_code for _ in range(3)] == [202, 202, 429]
    assert "2 times today" in alice.answer.json()["error"]
    assert school.program("bob").hand_in().status_code == 202


def test_nobody_floods_the_queue(school: School) -> None:
    alice = school.program("alice")
    statuses = [alice.hand_in(PROGRAM, "hw.py").status_code for _ in range(33)]
    assert statuses[:30] == [202] * 30
    assert statuses[-1] == 429
    assert school.program("bob").hand_in().status_code == 202


def test_whatever_is_asked_programs_are_told_a_sentence_as_json(school: School) -> None:
    alice = school.program("alice")
    for method, address in (
        ("POST", "/api/submissions/x"),
        ("PUT", "/api/submissions"),
        ("GET", "/api/elsewhere"),
    ):
        said = alice.ask(method, address)
        assert said.status_code in (404, 405)
        assert said.json()["error"].endswith(".")
    broken = {"content-type": "multipart/form-data; boundary=q"}
    said = alice.ask("POST", f"/api/submissions?assignment={SLUG}", content=b"x", headers=broken)
    assert said.status_code == 400
    assert not said.json()["error"].endswith("..")


def test_a_fault_of_ours_and_a_file_that_stops_coming_are_sentences_too(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = school.program("alice")

    def fails(*_: object) -> None:
        raise RuntimeError("a secret of the store")

    async def stops():  # type: ignore[no-untyped-def]
        yield b"--x\r\n"
        await asyncio.sleep(30)

    monkeypatch.setattr(safety, "_PATIENCE", 0.2)
    headers = {"content-type": "multipart/form-data; boundary=x"}
    address = f"/api/submissions?assignment={SLUG}"
    # What stands in for the server hands a body on as it comes, and waits with it.
    said = alice.ask("POST", address, content=stops(), headers=headers)
    assert (said.status_code, said.json()["error"][-1]) == (408, ".")
    monkeypatch.setattr(type(school.store.hand_ins), "of", fails)
    said = alice.ask("GET", "/api/submissions")
    assert said.status_code == 500
    assert said.json()["error"] == "This is a fault of autograder itself; nothing was stored."


def test_a_store_that_is_broken_tells_students_nothing_of_where_it_is(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = school.program("alice").hand_in().json()["id"]

    def broken(*_: object) -> None:
        raise StoreError("The store postgresql://teacher@10.0.0.7/grades cannot be used.")

    monkeypatch.setattr(type(school.store.hand_ins), "one", broken)
    browser, program = school.browser("alice"), school.program("alice")
    for who, address in (
        (browser, f"/h/{ticket}"),
        (browser, f"/h/{ticket}/events"),
        (program, f"/api/submissions/{ticket}"),
    ):
        said = who.ask("GET", address)
        assert said.status_code == 503
        assert "10.0.0.7" not in said.text
        assert "try again in a few seconds" in said.text


def test_a_store_that_is_away_is_a_sentence_for_whoever_asks_and_nothing_of_where_it_is(
    school: School,
) -> None:
    token = school.token("alice")
    alice, browser, ines = school.program("alice"), school.browser("alice"), school.browser("ines")
    ticket = alice.hand_in().json()["id"]
    form = {"files": {"file": ("hw.py", PROGRAM)}}
    asked = [
        (alice, "GET", "/api/submissions", {}),
        (alice, "GET", f"/api/submissions/{ticket}", {}),
        (alice, "POST", f"/api/submissions?assignment={SLUG}", form),
        (browser, "GET", "/", {}),
        (browser, "GET", f"/enter/{token}", {}),
        (browser, "POST", "/enter", {"data": {"token": token}}),
        (browser, "GET", f"/a/{SLUG}", {}),
        (browser, "POST", f"/a/{SLUG}/hand-in", form),
        (browser, "GET", f"/h/{ticket}", {}),
        (browser, "GET", f"/h/{ticket}/events", {}),
        (browser, "POST", "/teach", {"data": {"name": "ines", "password": "x"}}),
        (ines, "GET", "/course", {}),
        (ines, "GET", f"/desk/{SLUG}/", {}),
    ]

    def away(*_: object) -> None:
        raise sa.exc.OperationalError("SELECT", {}, Exception("server at 10.0.0.7: gone"))

    sa.event.listen(school.store._engine, "engine_connect", away)
    for who, method, address, more in asked:
        said = who.ask(method, address, **more)
        assert (said.status_code, said.headers["retry-after"]) == (503, "5"), address
        assert "try again in a few seconds" in said.text, address
        assert "10.0.0.7" not in said.text
        if address.startswith("/api/"):
            assert list(said.json()) == ["error"]
    sa.event.remove(school.store._engine, "engine_connect", away)
    assert alice.ask("GET", f"/api/submissions/{ticket}").json()["state"] == "waiting"


def test_another_assignments_notebook_is_refused_unless_it_is_said_to_be_meant(
    school: School,
) -> None:
    alice = school.program("alice")
    other = NOTEBOOK.replace(
        b'"metadata": {}, "nb', b'"metadata": %s, "nb' % json.dumps(label("momentum")).encode()
    )
    said = alice.hand_in(other).json()["error"]
    assert alice.status == 409
    assert said.startswith("hw.ipynb is the notebook of another assignment, momentum: hand it in")
    assert "--anyway" in said
    assert not school.store.hand_ins.all(SLUG)
    assert alice.hand_in(other, slug=f"{SLUG}&anyway=no").status_code == 409
    assert alice.hand_in(other, slug=f"{SLUG}&anyway=yes").status_code == 202


def test_where_no_assignment_is_named_the_notebook_says_which(school: School) -> None:
    """There are two: one is what the class has, under two names."""
    alice, there = school.program("alice"), school.portal._syllabus
    one = there.get(SLUG)
    assert one is not None
    labelled = {
        slug: NOTEBOOK.replace(
            b'"metadata": {}, "nb', b'"metadata": %s, "nb' % json.dumps(label(slug)).encode()
        )
        for slug in (SLUG, "momentum")
    }
    assert alice.hand_in(slug="").status_code == 202, "there is only one"
    assert alice.hand_in(labelled["momentum"], slug="").status_code == 409
    there._exercises["another"] = one
    assert alice.hand_in(labelled["momentum"], slug="").status_code == 404
    said = alice.answer.json()["error"]
    assert said.startswith("The notebook says that it is of 'momentum', which is not here")
    assert alice.hand_in(slug="").status_code == 404
    assert alice.answer.json()["error"] == (
        "Say which assignment it is, with assignment=SLUG (autograder submit: --assignment SLUG): "
        f"there is {SLUG}, {SLUG}."
    )
    for data, why in ((b"", "hw.ipynb is empty"), (b"PK\x03\x04", "hand in the notebook")):
        assert alice.hand_in(data, slug="").status_code == 415
        assert why in alice.answer.json()["error"], "before it is asked which"
    assert alice.hand_in(labelled[SLUG], slug="").status_code == 202
    assert alice.ask("GET", "/api/submissions").json()[-1]["assignment"] == SLUG


def test_the_store_is_asked_little_for_each_hand_in_however_many_came_before(
    school: School,
) -> None:
    """Whose link it is, who is in the course, and one transaction that keeps the file; no attempt
    is read, of which there are new ones all the time while a class hands in."""
    school.says(late=Late(due=datetime.now(UTC) + timedelta(days=1)))
    alice = school.program("alice")
    alice.hand_in()
    school.grade(verdict())
    asked: list[str] = []
    began: list[sa.Connection] = []
    engine = school.store._engine

    def execute(_1: Any, _2: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    def begin(connection: sa.Connection) -> None:
        began.append(connection)

    sa.event.listen(engine, "before_cursor_execute", execute)
    sa.event.listen(engine, "begin", begin)
    try:
        assert alice.hand_in(PROGRAM, "a.py").json()["attempt"] == 2
    finally:
        sa.event.remove(engine, "before_cursor_execute", execute)
        sa.event.remove(engine, "begin", begin)
    assert len(began) == 3
    assert len(asked) == 6, asked
    assert not any("FROM attempts" in one and "max(" not in one for one in asked)


def test_who_takes_a_file_knows_what_was_just_said_of_the_course(school: School) -> None:
    school.says(late=Late(due=datetime.now(UTC) - timedelta(days=3)))
    alice = school.program("alice")
    assert "late" in " ".join(alice.hand_in().json()["says"])
    (person,) = [one for one in school.portal.door.links.directory.people if one.id == "alice"]
    longer = datetime.now(UTC) + timedelta(days=1)
    school.store.add_extensions([Extension(SLUG, person.number, "alice", longer, "ill")])
    assert alice.hand_in(PROGRAM, "a.py").json()["says"] == [
        f"Due {longer:%a %d %b %Y, %H:%M} UTC. In time."
    ]
