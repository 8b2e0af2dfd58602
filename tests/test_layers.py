"""The walls between the rooms hold, and what is put in by hand against them is noticed: by the
import contracts, and by what these cannot see (modules imported by name, folders that are no part
of the package)."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
SLIPS = {
    "One way through the house": ("model.py", "from autograder.course import Course"),
    "in a circle": ("judging/rule/history.py", "from autograder.judging.rule.exam import RuleExam"),
    "the room of the authors": ("batch/run.py", "from autograder.authoring.new import lay_down"),
    "What student code meets": ("sandbox/inside/wire.py", "from autograder.text import counted"),
    "neither what is asked": ("judging/rule/history.py", "import reference.vocabulary"),
    "knows click": ("course.py", "import click"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINT, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def copy(folder: Path) -> Path:
    shutil.copytree(
        ROOT / "autograder", folder / "autograder", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_contract_holds() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("contract", SLIPS)
@pytest.mark.long
def test_a_slip_breaks_its_contract(contract: str, tmp_path: Path) -> None:
    name, line = SLIPS[contract]
    changed = copy(tmp_path) / "autograder" / name
    text = changed.read_text(encoding="utf-8")
    marker = "from __future__ import annotations\n"
    assert marker in text
    changed.write_text(text.replace(marker, f"{marker}\n{line}\n", 1), encoding="utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1
    verdicts = [line for line in done.stdout.splitlines() if contract in line]
    assert any(" BROKEN" in line for line in verdicts), done.stdout


def test_the_sandboxes_inside_is_kept_from_every_room_and_the_contracts_see_every_folder() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (inside,) = (c for c in contracts if c.get("source_modules") == ["autograder.sandbox.inside"])
    (layers,) = (c for c in contracts if c["type"] == "layers")
    rooms = {room.strip() for layer in layers["layers"] for room in layer.split("|")}
    kept_from = {name.removeprefix("autograder.") for name in inside["forbidden_modules"]}
    assert kept_from == rooms - {"__main__", "sandbox"}
    # What has no __init__.py is not looked at.
    folders = {path.parent for path in (ROOT / "autograder").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


# ------------------------------------------------------------- what the contracts cannot see

_RULE = "autograder.judging.rule"
MAY_USE = {
    "reference": {
        "autograder.model",
        "reference",
        *(f"{_RULE}.{name}" for name in ("catalogue", "edges", "functions", "hyperparameters")),
        f"{_RULE}.instance",
    },
    "assignments": {"autograder.judging", "autograder.model", "autograder.settings", "reference"},
}
"""By folder, what of ours it may import: the reference only what a rule is told in."""
BY_NAME = {
    "autograder/bench/others.py": {
        "importlib.util.find_spec('jupytext')",
        "importlib.util.find_spec('nbgrader')",
        "importlib.util.find_spec('otter')",
    },
    "autograder/cli/__init__.py": {
        "importlib.import_module(f'autograder.cli.{_COMMANDS[cmd_name]}')",
    },
    "autograder/course.py": {
        "importlib.util.module_from_spec(spec)",
        "importlib.util.spec_from_file_location(name, path)",
        "spec.loader.exec_module(module)",
    },
    "autograder/doctor.py": {"importlib.util.find_spec(NEEDS[extra])"},
    "autograder/sandbox/inside/standins.py": {"importlib.util.find_spec(package)"},
    "autograder/sandbox/inside/transform.py": {
        "PathFinder.find_spec('IPython')",
        "importlib.import_module('IPython.core.inputtransformer2')",
    },
    "autograder/sandbox/inside/awaiting.py": {
        "PathFinder.find_spec(fullname)",
        "self._loader.exec_module(module)",
    },
    "autograder/sandbox/modules.py": {"importlib.util.find_spec(name)"},
    "autograder/sandbox/zygote.py": {
        "importlib.import_module('matplotlib')",
        "importlib.import_module('matplotlib.pyplot')",
        "importlib.import_module('pandas')",
        "importlib.import_module(name)",
    },
}
"""Where modules are found by name, and how: libraries that may be missing, a command's own module,
an assignment's questions, and in the sandbox, whose modules are sent to it."""
LOADERS = {
    *("__import__", "exec_module", "find_spec", "import_module", "load_module", "module_from_spec"),
    *("resolve_name", "run_module", "run_path", "spec_from_file_location", "walk_packages"),
}


def files_of(folder: str) -> Iterator[Path]:
    """Its own Python files; what students could have handed in is data."""
    data = {"sample_submissions", "right_variants"}
    return (path for path in (ROOT / folder).rglob("*.py") if not data & set(path.parts))


def against_the_walls(name: str, source: str) -> set[str]:
    """What a file, named from the root, imports without leave."""
    nodes = list(ast.walk(ast.parse(source)))
    modules = set(imported(nodes))
    may_use = MAY_USE.get(name.partition("/")[0])
    ours = {m for m in modules if m.partition(".")[0] in {"autograder", *MAY_USE, "tests"}}
    if may_use is None:
        ours = set()  # the contracts look after the engine
    allowed = {m for m in ours for one in may_use or () if f"{m}.".startswith(f"{one}.")}
    calls = (node for node in nodes if isinstance(node, ast.Call))
    loads = {ast.unparse(c) for c in calls if ast.unparse(c.func).rpartition(".")[2] in LOADERS}
    # A loader that is imported as such may be called by any name.
    loads |= {module for module in modules if module.rpartition(".")[2] in LOADERS}
    return (ours - allowed) | (loads - BY_NAME.get(name, set()))


def imported(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "a relative import hides where it leads"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("folder", ["autograder", "reference", "assignments"])
def test_nothing_goes_around_the_contracts(folder: str) -> None:
    names = {path.relative_to(ROOT).as_posix(): path for path in files_of(folder)}
    assert len(names) > 2
    found = {name: against_the_walls(name, path.read_text()) for name, path in names.items()}
    assert {name: imports for name, imports in found.items() if imports} == {}


def test_whoever_may_find_modules_by_name_still_does() -> None:
    for name, calls in BY_NAME.items():
        source = ast.unparse(ast.parse((ROOT / name).read_text()))
        assert all(call in source for call in calls), name


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("autograder/judging/rule/history.py", "importlib.import_module('autograder.course')"),
        ("autograder/judging/rule/history.py", "load = __import__('autograder.course')"),
        ("autograder/judging/rule/history.py", "from importlib import import_module as load"),
        ("autograder/cli/__init__.py", "importlib.import_module('reference.vocabulary')"),
        ("reference/running.py", "from autograder.judging.rule.exam import RuleExam"),
        ("reference/running.py", "from autograder import course"),
        ("reference/running.py", "import autograder"),
        ("reference/running.py", "import assignments"),
        ("reference/running.py", "from importlib import import_module as load"),
        ("assignments/beyond_adam/questions.py", "from autograder.grading import grade_submission"),
        ("assignments/beyond_adam/questions.py", "import autograder.course"),
        ("assignments/beyond_adam/questions.py", "import assignments.momentum_methods.questions"),
    ],
)
def test_what_goes_around_them_is_noticed(name: str, line: str) -> None:
    source = (ROOT / name).read_text()
    assert against_the_walls(name, source) == set()
    assert against_the_walls(name, f"{source}\n{line}\n") != set()
