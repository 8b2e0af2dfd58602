"""Reads a settings file, or says in one sentence which of its values cannot be meant.

msgspec decides whether a value is right.  Where one is not, it says so of the whole file ("at
``$.questions[...].points``"); so the first wrong value is looked for from the top down, each table
being asked of its own, and is then named by its full path and in our words.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import (
    Annotated,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from msgspec import Struct, structs

from autograder.errors import AssignmentError
from autograder.settings.refusal import Refused, among, shown
from autograder.settings.tables import CourseSettings, Settings

T = TypeVar("T")
Way = tuple[str | int, ...]

_TOML_TYPES = (datetime, date, time)
"""What TOML has values of its own for, so that a quoted text is not taken for one."""


def read_settings(path: Path) -> Settings:
    """An ``assignment.toml``; raises AssignmentError, in one sentence."""
    return _read(path, Settings)


def read_course_settings(path: Path) -> CourseSettings:
    """An ``assignments/course.toml``; raises AssignmentError, in one sentence."""
    return _read(path, CourseSettings)


def _read(path: Path, kind: type[T]) -> T:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: not UTF-8, not TOML
        raise AssignmentError(f"{path} cannot be read: {error}.") from error
    try:
        return as_type(raw, kind)
    except Refused as refused:
        raise refused.within(path) from None


def as_type(raw: object, kind: type[T]) -> T:
    """What TOML said, typed; raises Refused with the path of the first value that is wrong."""
    try:
        return msgspec.convert(raw, kind, builtin_types=_TOML_TYPES)
    except msgspec.ValidationError as error:
        raise _first_fault(raw, kind, error) from None


def _first_fault(
    raw: object, kind: object, error: msgspec.ValidationError, way: Way = ()
) -> Refused:
    """Where exactly, at or below ``way``, the value is wrong."""
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(raw, dict):
        known = {field.name: field for field in structs.fields(kind)}
        for key in raw:
            if key not in known:
                return Refused((*way, key), f"is not known; {among(key, known)}")
        for name, field in known.items():
            if field.required and name not in raw:
                return Refused((*way, name), f"is missing; it should be {_wanted(field.type)}")
    for step, part, kind_of_part in _parts(raw, kind):
        try:
            msgspec.convert(part, kind_of_part, builtin_types=_TOML_TYPES)
        except msgspec.ValidationError as fault:
            return _first_fault(part, kind_of_part, fault, (*way, step))
    if isinstance(error.__cause__, Refused):
        return error.__cause__.below(way)
    return Refused(way, f"is {shown(raw)}; it should be {_wanted(kind)}")


def _parts(raw: object, kind: object) -> Iterator[tuple[str | int, object, object]]:
    """What a table or an array consists of: the step to it, the value, and its type."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if isinstance(raw, dict) and isinstance(kind, type) and issubclass(kind, Struct):
        hints = get_type_hints(kind, include_extras=True)
        yield from ((key, value, hints[key]) for key, value in raw.items())
    elif isinstance(raw, dict) and get_origin(kind) is dict:
        yield from ((key, value, get_args(kind)[1]) for key, value in raw.items())
    elif isinstance(raw, list) and get_origin(kind) is tuple:
        yield from ((place, value, get_args(kind)[0]) for place, value in enumerate(raw))


def _wanted(kind: object) -> str:
    """What a type asks for, in words."""
    if get_origin(kind) is Annotated:
        described: str = get_args(kind)[1].description
        return described
    if get_origin(kind) is Literal:
        *most, last = (json.dumps(value) for value in get_args(kind))
        return f"{', '.join(most)} or {last}"
    if get_origin(kind) is Union:  # X | None: a key that may be left out
        return _wanted(get_args(kind)[0])
    if kind is bool:
        return "true or false"
    if get_origin(kind) is tuple:
        return f"an array, each of it {_wanted(get_args(kind)[0])}"
    return "a table"
