"""Decoded JSON -> PublicChecks: nothing unknown, nothing endless, nothing that is no number."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

from autograder.model import Argument, Call, FloatArray, Gradient, Limits, Neuron
from autograder.public.checks import (
    Example,
    Histories,
    PublicChecks,
    PublicQuestion,
    Value,
    WrittenQuestion,
)
from autograder.settings import MOST

MAX_ITEMS = 100
"""Questions, examples of one, arguments of one."""
MAX_NUMBERS = 20_000
"""Of one array."""
MAX_EPOCHS = 10_000
MAX_TEXT = 500

T = TypeVar("T")


class Broken(Exception):
    """What is wrong with the document, as a part of a sentence."""


def decode(document: Any) -> PublicChecks:
    """Raises Broken where it is anything but public checks."""
    table = _table(document, "the file", "assignment title limits questions written texts")
    questions = _items(table["questions"], "questions", _question)
    names = [q.name for q in questions]  # none: people mark all of it
    if len(set(names)) < len(names):
        raise Broken("questions must have names of their own")
    return PublicChecks(
        _name(table["assignment"], "assignment"),
        _text(table["title"], "title"),
        _limits(table["limits"]),
        questions,
        _items(table["written"], "written", _written),
        _items(table["texts"], "texts", _name),
    )


def _question(value: Any, where: str) -> PublicQuestion:
    table = _table(value, where, "name title examples")
    name = _name(table["name"], f"{where}, name")
    examples = _items(table["examples"], name, _example)
    if len({example.call.name for example in examples}) < len(examples) or not examples:
        raise Broken(f"the examples of {name} must have names of their own")
    return PublicQuestion(name, _text(table["title"], f"{where}, title"), examples)


def _written(value: Any, where: str) -> WrittenQuestion:
    table = _table(value, where, "name title")
    return WrittenQuestion(_name(table["name"], where), _text(table["title"], where))


def _example(value: Any, where: str) -> Example:
    keys = "name asks function arguments expected tolerance"
    table = _table(value, where, keys, optional="builds_on")
    name = _text(table["name"], f"{where}, name")
    where = f"{where} ({name})"
    pairs = table["arguments"]
    if not isinstance(pairs, Mapping) or len(pairs) > MAX_ITEMS:
        raise Broken(f"the arguments of {where} are no short table")
    arguments = {_name(k, where): _argument(v, f"{where}, {k}") for k, v in pairs.items()}
    tolerance = _number(table["tolerance"], f"{where}, tolerance")
    if not 0 < tolerance < 1:
        raise Broken(f"the tolerance of {where} is not between 0 and 1")
    return Example(
        Call(name, _name(table["function"], f"{where}, function"), arguments),
        _text(table["asks"], f"{where}, asks"),
        _expected(table["expected"], arguments, tolerance, where),
        _name(table["builds_on"], where) if "builds_on" in table else "",
    )


def _argument(value: Any, where: str) -> Argument:
    if isinstance(value, Mapping):
        keys = [entry.name for entry in fields(Neuron)]
        table = _table(value, where, " ".join(["gradient", *keys]))
        if table["gradient"] not in ("w", "b"):
            raise Broken(f"{where} is the gradient of neither w nor b")
        return Gradient(table["gradient"], Neuron(*(_number(table[k], where) for k in keys)))
    if isinstance(value, list):
        return _array(value, where)
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value <= MAX_EPOCHS:
            raise Broken(f"{where} is not between 0 and {MAX_EPOCHS}")
        return value
    return _number(value, where)


def _expected(
    value: Any, arguments: Mapping[str, Argument], tolerance: float, where: str
) -> Histories | Value:
    if isinstance(value, Mapping) and "value" in value:
        table = _table(value, where, "value")
        return Value(_array(table["value"], where), tolerance)
    table = _table(value, where, "w_history b_history")
    w, b = (_array(table[key], f"{where}, {key}") for key in ("w_history", "b_history"))
    epochs, init_w, X = (arguments.get(key) for key in ("max_epochs", "init_w", "X"))
    if not isinstance(epochs, int) or init_w is None or not isinstance(X, np.ndarray):
        raise Broken(f"{where} has histories, but not X, init_w and max_epochs")
    shape = np.shape(init_w)  # type: ignore[arg-type]
    if w.shape != (epochs + 1, *shape) or b.shape != (epochs + 1,) or X.shape[1:] != shape:
        raise Broken(f"the shapes in {where} do not fit each other")
    return Histories(np.column_stack([w, b]), bool(shape), tolerance)


def _limits(value: Any) -> Limits:
    names = [entry.name for entry in fields(Limits)]
    table = _table(value, "limits", " ".join(names))
    found = {name: _number(table[name], f"limits, {name}") for name in names}
    for name, number in found.items():
        if not 0 < number <= getattr(MOST, name):
            raise Broken(f"the limit {name} is not between 0 and {getattr(MOST, name)}")
    whole = {"memory": int(found["memory"]), "output": int(found["output"])}
    return Limits(**{**found, **whole})  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------- pieces


def _table(value: Any, where: str, keys: str, optional: str = "") -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Broken(f"{where} is no table")
    missing = sorted(set(keys.split()) - set(value))
    odd = sorted(set(value) - set(keys.split()) - set(optional.split()))
    if missing:
        raise Broken(f"{where} has no {missing[0]}")
    if odd:
        raise Broken(f"{where} has an unknown key {odd[0][:40]!r}")
    return value


def _items(value: Any, where: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise Broken(f"{where} is no list of at most {MAX_ITEMS} entries")
    return tuple(read(item, f"{where}, entry {n}") for n, item in enumerate(value, start=1))


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT or not value.isprintable():
        raise Broken(f"{where} is no line of at most {MAX_TEXT} characters")
    return value


def _name(value: Any, where: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,79}", value):
        raise Broken(f"{where} is no name")
    return value


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Broken(f"{where} is no number")
    if (isinstance(value, int) and abs(value) > 1 << 53) or not math.isfinite(value):
        raise Broken(f"{where} is too large a number")
    return float(value)


def _array(value: Any, where: str) -> FloatArray:
    """A number, a list of numbers, or a list of equally long lists of numbers."""
    if not isinstance(value, list):
        return np.array(_number(value, where))
    rows = value if value and isinstance(value[0], list) else [value]
    if any(not isinstance(row, list) or len(row) != len(rows[0]) for row in rows):
        raise Broken(f"{where} is no regular array")
    if not rows[0] or len(rows) * len(rows[0]) > MAX_NUMBERS:
        raise Broken(f"{where} has no number, or more than {MAX_NUMBERS}")
    numbers = np.array([[_number(x, where) for x in row] for row in rows])
    return numbers if rows is value else numbers[0]
