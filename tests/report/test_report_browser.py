"""In a real browser: hostile text does nothing, a script would be refused, a phone need not scroll.

One start of Chromium serves the whole file.  Without Chromium these are passed over, but not in
continuous integration (CI=true).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from example_grades import loss_surface, unreadable, with_text_everywhere, wrong_adam

from autograder.model import Grade
from autograder.report import feedback_page, index_page
from autograder.report.html import POLICY, POLICY_WITH_SCRIPT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
    "--virtual-time-budget=3000",
)
HOSTILE = (
    "<script>parent.hacked('script')</script>\"'><img src=x onerror=parent.hacked('img')>"
    "</style></title></textarea></pre></svg><svg onload=parent.hacked('svg')>"
    "<iframe srcdoc='<script>parent.parent.hacked(1)</script>'></iframe>{{ 7 }}"
)
PROBE = """<!DOCTYPE html><title>probe</title><pre id="log"></pre>
<script>
const log = (text) => { document.getElementById("log").textContent += text + "\\n"; };
function hacked(how) { log("HACKED " + frame + " " + how); }
let frame = "";
const show = (name) => new Promise((done) => {
  frame = name;
  const box = document.createElement("iframe");
  box.width = 360; box.height = 640; box.src = name;
  box.onload = () => setTimeout(() => {
    const page = box.contentDocument;
    log(name + " own script " + page.querySelectorAll("script, .player").length);
    log(name + " width " + page.documentElement.scrollWidth);
    log(name + " elements " + [...page.querySelectorAll("script, img, iframe")]
      .filter((e) => !e.textContent.includes("figure.plays")).length);
    log(name + " text " + (page.body.innerText.includes("onerror") ? "shown" : "none"));
    done();
  }, 150);
  document.body.append(box);
});
(async () => { for (const name of NAMES) await show(name); log("end"); })();
</script>
"""


def browser() -> str:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        sentence = "Chromium is not installed, so pages are not looked at in a browser"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return path


def page_of(grade: Grade) -> str:
    return feedback_page(grade, assignment_title="Rates", backgrounds={"loss": loss_surface()})


def pages() -> dict[str, str]:
    hostile = with_text_everywhere(wrong_adam(), HOSTILE)
    policies = [f'content="{p}"'.replace("'", "&#39;") for p in (POLICY_WITH_SCRIPT, POLICY)]
    bare = page_of(hostile).replace(policies[0], "")
    assert POLICY not in bare.replace("&#39;", "'"), "the policy must be gone to test the escaping"
    script = "<script>parent.hacked('script')</script><img src=x onerror=parent.hacked('img')>"
    return {
        "plain.html": page_of(wrong_adam()),
        "unreadable.html": page_of(unreadable()),
        "index.html": index_page([wrong_adam(), unreadable()], assignment_title="Rates"),
        "escaped.html": bare,
        "index_escaped.html": index_page([hostile], assignment_title=HOSTILE).replace(
            policies[1], ""
        ),
        "guarded.html": page_of(wrong_adam()).replace("<main>", f"<main>{script}"),
        "unguarded.html": f"<!DOCTYPE html><body>{script}",
    }


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the probe page wrote down, a line a finding."""
    program = browser()
    folder: Path = tmp_path_factory.mktemp("pages")
    made = pages()
    for name, html in made.items():
        (folder / name).write_text(html, encoding="utf-8")
    (folder / "probe.html").write_text(PROBE.replace("NAMES", str(list(made))), encoding="utf-8")
    command = [program, *SWITCHES, f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    result = subprocess.run(
        [*command, (folder / "probe.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    log = re.search(r'<pre id="log">(.*?)</pre>', result.stdout, re.DOTALL)
    assert log, result.stderr[-2000:]
    lines = log[1].splitlines()
    assert lines[-1:] == ["end"], log[1]
    return lines


def test_the_probe_notices_a_page_that_is_hacked(seen: list[str]) -> None:
    assert "HACKED unguarded.html script" in seen
    assert "HACKED unguarded.html img" in seen


def test_hostile_text_is_shown_and_does_nothing_even_without_the_policy(seen: list[str]) -> None:
    for name in ("escaped.html", "index_escaped.html"):
        assert not [line for line in seen if line.startswith(f"HACKED {name}")]
        assert f"{name} elements 0" in seen
        assert f"{name} text shown" in seen


def test_our_own_script_is_let_through_by_its_hash(seen: list[str]) -> None:
    assert "plain.html own script 2" in seen, "the script, and the player that it made"
    assert "unreadable.html own script 0" in seen


def test_the_policy_refuses_a_script_that_slipped_in(seen: list[str]) -> None:
    assert "guarded.html elements 2" in seen
    assert not [line for line in seen if line.startswith("HACKED guarded.html")]


@pytest.mark.parametrize(
    "name", ["plain.html", "unreadable.html", "index.html", "escaped.html", "index_escaped.html"]
)
def test_a_phone_need_not_scroll_sideways(name: str, seen: list[str]) -> None:
    assert f"{name} width 360" in seen
