"""In a real browser and over a real port, three roles: a roster comes in, a student hands in what
is wrong and then what is right, a TA marks, the instructor publishes, the student reads the page.

Without Chromium or Playwright this is passed over, but not in continuous integration (CI=true).
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from course_class import ROOT, SLUG
from portal_class import PEOPLE
from test_web_browser import chromium, click

SAMPLES = ROOT / "assignments" / SLUG / "sample_submissions"
SLOW = b"import time\nuntil = time.monotonic() + 12\nwhile time.monotonic() < until:\n    pass\n"
"""Takes longer than the portal may take to end."""
ANSWER = "explanation = '''The squares are only added up, so the steps get ever smaller.'''\n"


@contextmanager
def served(folder: Path, *more: str) -> Iterator[dict[str, str]]:
    """The portal's address and the instructor's link."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "autograder",
            "serve",
            "--json",
            "--port",
            "0",
            *where(folder),
            *more,
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert process.wait(timeout=30) == 0
        assert time.monotonic() - began < 10
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def where(folder: Path) -> list[str]:
    return ["--course", str(ROOT), "--assignment", SLUG, "--out", str(folder / "out")]


def run(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "autograder", *words, *where(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout


def wrong() -> str:
    """The template completed with the moment that is overwritten by its corrected one."""
    return (SAMPLES / "adam_complement_swapped.py").read_text(encoding="utf-8") + ANSWER


def right() -> str:
    return (SAMPLES / "right_helper_functions.py").read_text(encoding="utf-8") + ANSWER


@pytest.mark.long
def test_three_roles_from_the_roster_to_the_page(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    for name, text in (("wrong.py", wrong()), ("right.py", right())):
        (tmp_path / name).write_text(text, encoding="utf-8")
    run(tmp_path, "people", "import", "people.csv")
    with chromium() as browser, served(tmp_path) as said:
        links = {one["id"]: one["url"] for one in json.loads(run(tmp_path, "links", "--json"))}
        faults: list[str] = []

        def enter(link: str) -> Any:
            page = browser.new_context().new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
            page.goto(link)
            click(page, "text=Sign in as")
            assert "enter" not in page.url
            return page

        def hand_in(name: str) -> None:
            alice.goto(f"{said['url']}/a/{SLUG}")
            alice.set_input_files("#file", str(tmp_path / name))
            click(alice, "button:has-text('Hand in')")
            alice.wait_for_selector("text=What came of it", timeout=30_000)  # comes by itself

        alice = enter(links["alice"])
        click(alice, "text=Gradient descent with adaptive learning rates")
        with alice.expect_download() as download:
            alice.click("text=Download the notebook")
        assert download.value.suggested_filename == f"{SLUG}.ipynb"
        hand_in("wrong.py")
        assert "complement_swapped" in alice.inner_text("main")
        assert "Attempt 1" in alice.inner_text("h1")
        hand_in("right.py")
        assert "no longer found" in alice.inner_text(".since")
        assert "complement_swapped" not in alice.inner_text(
            "section[aria-labelledby=verdict-title]"
        )

        maria = enter(links["maria"])
        click(maria, ".steps a:text('Mark')")
        click(maria, "a.go:has-text('Begin')")
        maria.fill("[name=points]", "8")
        maria.fill("[name=comment]", "Well said.")
        click(maria, "button[value=mark]")
        ines = enter(said["instructor"])
        click(ines, "a:text-is('Publish')")
        click(ines, "button:has-text('Publish to')")
        assert "Published to " in ines.inner_text("main")

        alice.goto(f"{said['url']}/")
        click(alice, "text=Read your result")
        assert "98" in alice.inner_text(".facts")
        page = alice.frame_locator("iframe")
        assert "Well said." in page.locator("body").inner_text()
        alice.select_option("[name=question]", "explanation")
        alice.fill("[name=text]", "Why not ten?")
        click(alice, "button:has-text('Ask')")
        assert "Why not ten?" in alice.inner_text("#asked")
        maria.goto(f"{said['url']}/desk/{SLUG}/requests")
        assert "Why not ten?" in maria.inner_text("main")
        maria.fill("article [name=text]", "It leaves out RMSProp.")
        click(maria, "text=Answer and close")
        alice.reload()
        assert "It leaves out RMSProp." in alice.inner_text("#asked")
        assert faults == []


@pytest.mark.long
def test_the_first_run_prints_a_link_and_says_the_next_steps(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "autograder", "serve", "--port", "0", *where(tmp_path)]

    def heeds() -> None:
        """What a shell starts in the background is deaf to Ctrl-C, and so is all that it starts."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, preexec_fn=heeds
    ) as process:
        try:
            assert process.stdout is not None
            said = ""
            while "3." not in said:
                line = process.stdout.readline()
                assert line
                said += line
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()  # else one that does not end holds all other tests up
    assert "/enter/0-" in said
    for step in ("people import roster.csv", "links --role student", "release"):
        assert f"autograder {step}" in said


@pytest.mark.long
def test_what_is_handed_in_before_it_ends_is_graded_when_it_is_served_again(
    tmp_path: Path,
) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    run(tmp_path, "people", "import", "people.csv")
    (link,) = json.loads(run(tmp_path, "links", "alice", "--json"))
    headers = {"authorization": f"Bearer {link['token']}"}

    def look(said: dict[str, str]) -> dict[str, Any]:
        address = f"{said['url']}/api/submissions/{receipt['id']}"
        told: dict[str, Any] = httpx.get(address, headers=headers).json()
        return told

    with served(tmp_path) as said:
        address = f"{said['url']}/api/submissions?assignment={SLUG}"
        files = {"file": ("slow.py", SLOW)}
        receipt = httpx.post(address, headers=headers, files=files).json()
        time.sleep(0.5)
        assert look(said)["state"] == "running"
    with served(tmp_path) as said:
        until = time.monotonic() + 90
        while (told := look(said))["state"] != "done":
            assert time.monotonic() < until
            time.sleep(0.3)
        (own,) = httpx.get(f"{said['url']}/api/submissions", headers=headers).json()
        receipt.pop("received")  # its time in words, which programs are told once
        assert {key: own[key] for key in receipt} == receipt
        assert told["result"]["status"] == "graded"
