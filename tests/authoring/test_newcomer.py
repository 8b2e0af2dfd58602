"""A newcomer in JupyterLab: fills in what is wrong, reads what the check says, mends it, all green.

The notebook lies alone in its folder, under another name.  Pictures are left in pytest's folder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.master import model_answers
from tests.report.chromium import absent, chromium

COURSE = Path(__file__).resolve().parents[2]
SLUG = "adaptive_learning_rates"
NAME = "Copy of my homework (1).ipynb"
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # all cells are in the page
}

IDLE = """() => {
    const prompts = [...document.querySelectorAll(".jp-InputPrompt")];
    const status = document.querySelector("#jp-main-statusbar");
    return /\\| Idle/.test(status.innerText) && !prompts.some((one) => /\\*/.test(one.innerText));
}"""

pytestmark = pytest.mark.long


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def jupyter_lab(folder: Path, home: Path) -> Iterator[str]:
    """Where JupyterLab serves a folder; it is ended with its kernels."""
    if find_spec("jupyterlab") is None:
        absent("JupyterLab is not installed, so the notebook is not tried in it")
    for name, settings in SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    port = free_port()
    own = {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += ["--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, env={**os.environ, **own}, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/api", server)
            yield address
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert server.poll() is None, "JupyterLab ended"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("JupyterLab did not begin to serve within a minute")


class Newcomer:
    """Who only looks, types and presses keys."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def cell(self, text: str) -> Any:
        return self.page.locator(".jp-CodeCell").filter(has_text=text).first

    def menu(self, *items: str) -> None:
        self.page.get_by_role("menuitem", name=items[0], exact=True).first.click()
        for item in items[1:]:
            self.page.get_by_role("menuitem", name=item).first.click()

    def run_all(self) -> None:
        self.menu("Run", "Run All Cells")
        self.wait()

    def restart_and_run_all(self) -> None:
        self.menu("Run", "Restart Kernel and Run All Cells")
        self.page.locator("dialog .jp-mod-accept").click()
        self.page.wait_for_timeout(1000)
        self.wait()

    def wait(self) -> None:
        """Until the kernel idles and no cell is still to be run."""
        self.page.wait_for_timeout(300)
        self.page.wait_for_function(IDLE, timeout=120_000)

    def write(self, stub: str, code: str) -> None:
        """Put code in place of all that stands in a cell, and run it."""
        editor = self.cell(stub).locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Control+Enter")
        self.wait()

    def check(self, question: str) -> str:
        """Run the check of a question; what it says."""
        cell = self.cell(f'grader.check("{question}")')
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.wait()
        return self.said(question)

    def said(self, question: str) -> str:
        cell = self.cell(f'grader.check("{question}")')
        text: str = cell.locator(".jp-OutputArea-output").first.inner_text()
        return text

    def picture(self, path: Path, question: str) -> None:
        cell = self.cell(f'grader.check("{question}")')
        cell.scroll_into_view_if_needed()
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=str(path))


def answers() -> dict[str, str]:
    """The model answers, by the first line of each: what a newcomer gets to in the end."""
    cells = (cell.source for cell in model_answers(COURSE / "assignments" / SLUG).cells)
    found = {source.splitlines()[0]: source.rstrip("\n") for source in cells}
    return {first: source for first, source in found.items() if first.startswith("def ")}


def test_fill_in_read_mend_all_green(tmp_path: Path) -> None:
    folder, home = tmp_path / "homework", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    shutil.copy(COURSE / "student_template" / SLUG / f"{SLUG}.ipynb", folder / NAME)
    right = {re.sub(r"\(.*", "(", first): code for first, code in answers().items()}
    adagrad, adam = right["def do_adagrad("], right["def do_adam("]
    with jupyter_lab(folder, home) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/lab/tree/{NAME.replace(' ', '%20')}", timeout=120_000)
        page.locator(".jp-CodeCell").first.wait_for(timeout=120_000)
        newcomer = Newcomer(page)
        newcomer.wait()
        newcomer.run_all()
        first = page.locator(".jp-CodeCell").first
        first.scroll_into_view_if_needed()
        page.screenshot(path=str(tmp_path / "1 opened.png"))
        assert "The checks are ready." in first.inner_text()
        assert len(first.inner_text()) < 200, "what is in it is folded away"
        assert "do_adam is not written yet" in newcomer.said("adam")

        newcomer.write("def do_adagrad(", adagrad.replace("v_w + dw**2", "v_w + dW**2"))
        said = newcomer.check("adagrad")
        newcomer.picture(tmp_path / "2 a slip.png", "adagrad")
        assert (
            "do_adagrad stops with NameError: name 'dW' is not defined, in line 21 of cell ["
            in said
        )
        assert "not tried, because do_adagrad stopped above: rate dies; two features" in said

        newcomer.write(
            "def do_adagrad(", adagrad.replace("np.sqrt(v_w + eps)", "(np.sqrt(v_w) + eps)")
        )
        said = newcomer.check("adagrad")
        newcomer.picture(tmp_path / "3 wrong.png", "adagrad")
        assert "w after one epoch should be -2.3, but is -2.029412." in said

        newcomer.write("def do_adagrad(", adagrad)
        assert "adagrad: all 7 checks pass." in newcomer.check("adagrad")
        newcomer.picture(tmp_path / "4 right.png", "adagrad")

        newcomer.write(
            "def do_adam(", adam.replace("(eta / np.sqrt(v_w_hat", "(beta1 / np.sqrt(v_w_hat")
        )
        said = newcomer.check("adam")
        newcomer.picture(tmp_path / "5 an example.png", "adam")
        assert "Epoch 1 is the first that differs: w should be" in said
        assert "To try it yourself: do_adam(**grader.example('adam', 1))" in said
        for first, code in right.items():
            newcomer.write(first, code)
        newcomer.restart_and_run_all()
        for question in ("gradients", "adagrad", "rmsprop", "adam", "bias_correction"):
            assert re.search(rf"{question}: all \d+ checks pass\.", newcomer.said(question))
        newcomer.picture(tmp_path / "6 all green.png", "bias_correction")
        page.close()
