"""``assignments/COURSE.md`` followed word for word, from an empty folder to published grades."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.people import PersonalLinks
from autograder.store import Store, open_store

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "assignments" / "COURSE.md"

pytestmark = pytest.mark.long

SERVED = """
{command} --port {port} > portal.txt 2>&1 &
served=$!
trap 'kill -TERM $served 2>/dev/null; wait $served' EXIT
for _ in $(seq 600); do grep -q 'Your link' portal.txt && break; sleep 0.1; done
cat portal.txt
"""
"""A terminal of its own."""


def script(port: int) -> tuple[str, dict[int, str]]:
    """All commands of the page; and what the page quotes, by the number of the block it is said
    by."""
    found = re.findall(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    lines, quoted = [], {}
    for number, (language, kind, body) in enumerate(found):
        lines.append(f"echo '@@ {number}'")
        if language == "text":
            quoted[number - 1] = body
        elif kind == "serve":
            lines.append(SERVED.format(command=body.strip(), port=port))
        else:
            assert language == "sh", language
            lines.append(body.replace("8080", str(port)))
    return "\n".join(lines), quoted


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nothing")
    program = folder / "bin" / "autograder"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m autograder "$@"\n')
    program.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    commands, quoted = script(port)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith("AUTOGRADER_")},
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "CLONE": str(ROOT),
            "COLUMNS": "100",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    said = dict(re.findall(r"^@@ (\d+)\n(.*?)(?=^@@ |\Z)", done.stdout, re.M | re.S))
    assert len(quoted) == 2
    for number, text in quoted.items():
        assert " ".join(text.split()) in " ".join(said[str(number)].split())
    return folder / "course"


@pytest.fixture
def store(course: Path) -> Store:
    return open_store(course / "results" / "grades.db")


def test_the_grades_are_published_with_what_a_person_gave(course: Path) -> None:
    with (course / "grades.csv").open(encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    alice = rows["alice"]
    assert float(alice["score"]) == 75.5
    assert float(alice["final_score"]) == 83.5
    assert not rows["bob"]["score"], "who handed nothing in has a row, and no points"
    grades = json.loads((course / "results/adaptive_learning_rates/grades.json").read_text("utf-8"))
    (submission,) = grades["submissions"]
    (asked,) = (one for one in submission["questions"] if one["name"] == "explanation")
    assert asked["by_person"]["comment"] == "Say why the steps end."
    assert submission["published"]


def test_links_for_others_name_the_address_that_was_said(course: Path, store: Store) -> None:
    with store, (course / "links.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
        links = PersonalLinks(store)
        for row in rows:
            begins, token = row["url"].rsplit("/", 1)
            assert begins == "https://grades.example.edu/enter"
            holder = links.who(token)
            assert holder is not None
            assert holder.person.id == row["id"]
    assert [row["id"] for row in rows] == ["alice", "bob"]


def test_students_get_the_notebook_and_a_copy_is_kept(course: Path) -> None:
    assert (course / "student_template/adaptive_learning_rates").is_dir()
    assert (course / "copies" / "first.db").is_file()
    assert "leads to the portal on this machine" not in (course / "portal.txt").read_text("utf-8")
