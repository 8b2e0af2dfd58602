"""Runs every hostile program in one sandbox and prints, as JSON, what was wrong with each.

A process of its own, so that all configurations can be tried at the same time, and as other
users.  ``python drive.py --jail namespaces``
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from autograder.errors import SandboxError
from autograder.model import Call, Cell, Gradient, Limits, Neuron, Outcome, Trace
from autograder.sandbox import Sandbox, cells, open_sandbox
from tests.hostile.program import Program, all_programs, read_program, runs_in, wrong_value

SECRET_NUMBER = 0.3141592653
"""A hidden input: its digits must not be found in anything that is shown."""
_DIGITS = re.compile("31415|65358|three one four one")
GROUP = 10
"""Programs after which it is tried whether an honest submission is still what it was."""
_PWNED = Path("/tmp/autograder-hostile-pwned")


class Victims:
    """What programs try to reach: a folder, sockets, another process of the same user."""

    def __init__(self, stack: ExitStack) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-")))
        folder.chmod(0o755)
        self.hidden = folder / "course"
        (self.hidden / "reference").mkdir(parents=True)
        for name in ("secret.txt", "secret.py", "reference/__init__.py"):
            (self.hidden / name).write_text("HOSTILE_SECRET = 1\n")
        self.tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.udp.bind(("127.0.0.1", 0))
        self.abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        self.abstract_name = f"hostile-{os.getpid()}"
        self.abstract.bind("\0" + self.abstract_name)
        self.path = stack.enter_context(socket.socket(socket.AF_UNIX))
        self.path_name = str(folder / "socket")
        self.path.bind(self.path_name)
        for listener in (self.tcp, self.abstract, self.path):
            listener.listen(8)
        for each in (self.tcp, self.udp, self.abstract, self.path):
            each.setblocking(False)
        self.process = stack.enter_context(subprocess.Popen(["/bin/sleep", "600"]))
        stack.callback(self.process.kill)

    def facts(self, box: Sandbox) -> str:
        """Source that tells a program where its victims are."""
        paths = ["/etc/passwd", "/etc/shadow", "/root", "/root/.bashrc", "/proc/self/environ"]
        paths += ["/proc/1/cmdline", "/sys/kernel", "/dev/mem", "/dev/vda", __file__]
        paths += [str(self.hidden / "secret.txt"), str(self.hidden), str(Path.home())]
        pids = [os.getpid(), box.pid, self.process.pid, 1, 2]
        return "\n".join(
            f"{name} = {value!r}"
            for name, value in {
                "PATHS": paths,
                "PIDS": pids,
                "PORT": self.tcp.getsockname()[1],
                "UDP_PORT": self.udp.getsockname()[1],
                "ABSTRACT": self.abstract_name,
                "SOCKET": self.path_name,
                "HIDDEN": str(self.hidden),
            }.items()
        )

    def harmed(self) -> Iterator[str]:
        for name, listener in (("tcp", self.tcp), ("abstract", self.abstract), ("path", self.path)):
            try:
                listener.accept()[0].close()
                yield f"the {name} socket was reached"
            except BlockingIOError:
                pass
        try:
            self.udp.recv(10)
            yield "the udp socket was reached"
        except BlockingIOError:
            pass
        if self.process.poll() is not None:
            yield "another process was killed"
        if _PWNED.exists():
            yield "a command was run"


def calls(with_gradients: bool) -> list[Call]:
    """The call of the program, with hidden inputs, as an update rule or as a formula is asked."""
    hidden = np.array([SECRET_NUMBER, -SECRET_NUMBER, 1.0, 2.0])
    gradients = {f"grad_{of}": Gradient(of, Neuron()) for of in "wb" if with_gradients}
    return [Call("attack", "go", {"X": hidden, **gradients})]


def shown_texts(run_texts: list[str], trace: Trace) -> Iterator[str]:
    """Why a text that people may be shown is not fit for it."""
    fault = trace.fault
    texts = [*run_texts, *((fault.kind, fault.message, fault.code) if fault else ())]
    for value in trace.value if isinstance(trace.value, tuple) else (trace.value,):
        texts.append(getattr(value, "type_name", ""))
    for text in texts:
        if len(text) > 100_000:
            yield "a text is too long"
        if _DIGITS.search(text):
            yield f"a hidden input is shown: {text[:200]!r}"
        if any(unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in "\n\t" for c in text):
            yield f"a control character is shown: {text[:200]!r}"


def attack(box: Sandbox, program: Program, facts: str, jailed: bool) -> Iterator[str]:
    """Run one program; yields what was wrong."""
    sources = [Cell(1, facts), Cell(2, program.source)]
    with box.open(sources, program.limits, ("go",), ("explanation",), seed=7) as session:
        notebook = session.notebook
        (trace,) = session.call(calls(program.gradients))
    if notebook.outcome.value not in program.notebook:
        yield f"the notebook {notebook.outcome.value}: {notebook.faults}"
    if trace.outcome.value not in program.outcomes:
        yield f"the call {trace.outcome.value}: {trace.fault} {trace.value!r}"
    elif trace.outcome is Outcome.RETURNED:
        wrong = wrong_value(program, trace, jailed)
        if wrong:
            yield wrong
    texts = [notebook.printed, *notebook.texts.values(), *notebook.sources.values()]
    texts += [f.message for f in notebook.faults.values()]
    yield from shown_texts(texts, trace)


_HONEST = """
import json, os
import numpy as np
start = np.random.random()
def double(X):
    return [2.0 * x for x in X] + [start, np.random.random()]
"""


def honest(box: Sandbox) -> Iterator[str]:
    """The next submission is untouched by those before."""
    with box.open([Cell(1, _HONEST)], Limits(), seed=3) as session:
        (trace,) = session.call([Call("double", "double", {"X": np.array([1.0, 2.0])})])
    expected = np.array([2.0, 4.0, *[np.random.RandomState(3).random_sample()] * 2])
    if not (isinstance(trace.value, np.ndarray) and np.array_equal(trace.value, expected)):
        yield f"an honest submission after it gave {trace.value!r} ({trace.fault})"


@contextmanager
def _canary() -> Iterator[None]:
    os.environ["HOSTILE_CANARY"] = "HOSTILE_CANARY"
    yield


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jail", default="auto")
    parser.add_argument("--configuration", help="leave out what is run in others only")
    parser.add_argument("programs", nargs="*", type=Path)
    options = parser.parse_args()
    programs = [read_program(path) for path in options.programs] or all_programs()
    programs = [p for p in programs if runs_in(p, options.configuration)]
    cells.MAX_STATEMENTS = 2_000  # a flood is a flood, and the tests are short
    problems: dict[str, list[str]] = {}
    seconds: dict[str, float] = {}
    with ExitStack() as stack, _canary():
        victims = Victims(stack)
        box = open_sandbox([victims.hidden], jail=options.jail)
        stack.callback(lambda: box.close())
        jailed = next(layer.active for layer in box.layers if layer.name == "jail")
        facts = victims.facts(box)
        for number, program in enumerate(programs, 1):
            began = time.monotonic()
            try:
                found = list(attack(box, program, facts, jailed))
                if number % GROUP == 0 or program is programs[-1]:
                    found += honest(box)
            except SandboxError as error:
                found = [f"the sandbox was lost: {error}"]
                box.close()
                box = open_sandbox([victims.hidden], jail=options.jail)
                facts = victims.facts(box)
            found += victims.harmed()
            problems[program.name] = found
            seconds[program.name] = round(time.monotonic() - began, 3)
        active = [layer.name for layer in box.layers if layer.active]
    engine = str(Path(cells.__file__).parents[1])
    report = {"engine": engine, "active": active, "problems": problems, "seconds": seconds}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
