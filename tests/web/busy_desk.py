"""A class in which all has been decided that there is to decide, so that every page is full."""

from __future__ import annotations

from pathlib import Path

from course_class import ASKED, INSTRUCTOR, MARIA, TOM, Desk, fill, grade_of, hand_in

from autograder.people import import_people, read_people
from autograder.store import open_store

STUDENTS = 24
TEXT = (
    "**AdaGrad** divides by $\\sqrt{v_t + \\epsilon}$, and $v_t$ only grows:\n\n"
    "$$v_t = \\sum_{i=1}^{t} g_i^2$$\n\n| step | v |\n|---|---|\n| 1 | 4 |\n| 2 | 8 |\n\n"
    "1. so steps vanish,\n2. `eta / sqrt(v)` goes to 0.\n\n> RMSProp forgets.\n\n"
    "```python\nv = beta * v + (1 - beta) * g ** 2\n```\n"
)


def busy_desk(out: Path) -> dict[str, str]:
    """Stored in ``out``; the address of each page by what it shows."""
    people = "id,name,section,role\nines,Ines,,instructor\nmaria,,,ta\ntom,,,ta\nlate,,A,student\n"
    people += "".join(
        f"student{number:05},Nils Ångström {number},{'AB'[number % 2]},student\n"
        for number in range(STUDENTS)
    )
    (out / "people.csv").write_text(people, encoding="utf-8")
    (out / "feedback").mkdir()
    with open_store(out / "grades.db") as store:
        fill(store, STUDENTS)
        import_people(store, read_people(out / "people.csv"))
        for days, (text, file) in enumerate([(TEXT, "first.py"), (f"{TEXT}\nMore.", "again.py")]):
            wrong = ["moment_overwritten"]
            given = grade_of("student00000", text, file=file, misconceptions=wrong)
            hand_in(store, given, days=days)
        numbers = _decide_much(Desk(store, out))
    first, read, blank = numbers["student00000"], numbers["student00001"], numbers["student00003"]
    return {
        "queue": "/",
        "queue-all": "/?all=1",
        "queue-empty": "/?words=nothingofthekind&all=1",
        "answer": f"/answer/{first}/{ASKED}?kind=unread",
        "answer-read": f"/answer/{read}/{ASKED}?all=1",
        "answer-code": f"/answer/{numbers['student00005']}/adagrad",
        "groups": "/groups",
        "group": f"/group/{blank}/{ASKED}",
        "submission": f"/submission/{read}",
        "compare": f"/compare/{first}",
        "comments": "/comments?misconception=moment_overwritten",
        "requests": "/requests?all=1",
        "rubric": f"/rubric/{ASKED}",
        "sharing": "/sharing",
        "class": "/class",
        "class-sorted": "/class?sort=-final",
        "gradebook": "/gradebook",
        "regrade": "/regrade",
        "publish": "/publish",
        "sorry": "/submission/999999",
    }


def _decide_much(desk: Desk) -> dict[str, int]:
    maria, tom, ines = desk.as_(MARIA), desk.as_(TOM), desk.as_(INSTRUCTOR)
    numbers = dict(desk.room.view().book.counting)
    ines.open(f"/rubric/{ASKED}")
    ines.send(
        name=["sums", "stops", "long"],
        text=["names the sum of squares", "says that steps get small", "is far too long"],
        points=["4", "6", "-2"],
        do="save",
    )
    maria.open("/sharing")
    maria.send(rest=["maria", "tom"], do="share")
    for number, (points, comment) in enumerate([(4, "Say what grows."), (10, ""), (6, "Why?")], 1):
        maria.open(f"/answer/{numbers[f'student{number:05}']}/{ASKED}")
        maria.send(points=points, comment=comment, item=["sums"], do="mark")
    tom.open(f"/answer/{numbers['student00006']}/{ASKED}")
    tom.send(do="flag")
    ines.open("/publish")
    ines.send(**{**ines.hidden_for({"newest": ""}), "section": "A"})
    tom.open(f"/submission/{numbers['student00001']}")
    tom.send(question="adam", points="25", reason="The slide misled.", do="override")
    tom.send(f"/submission/{numbers['student00001']}", question="adam", text="Good.", do="comment")
    maria.open("/requests")
    for student in ("student00001", "student00004"):
        maria.send("/requests", student=student, question="adam", text="Please look again.")
    maria.open("/requests")
    maria.send(f"/submission/{numbers['student00004']}", number=2, text="It stays.", do="close",
               back="requests", question="adam")  # fmt: skip
    tom.open("/comments")
    tom.send(misconception="moment_overwritten", text="Look at page 40.")
    pages = len(desk.room.view().having("moment_overwritten"))
    tom.send(pages=pages, misconception="moment_overwritten", text="Look at page 40.", do="send")
    assert len(desk.room.view().book.ledger.acts) == 13
    return numbers
