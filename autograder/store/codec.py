"""Frozen dataclasses to JSON and back, without losing or inventing anything.

Theory of operation: the type annotations of :mod:`autograder.model` are the schema.  For each
type one encoder and one decoder is built and kept, so that a row costs no inspection.  Encoders
write text at once, and remember that of checks and pictures: many students have the same ones.
Decoders remember checks.

* JSON has no NaN and no infinity; where a float is expected the strings ``"nan"``, ``"inf"``
  and ``"-inf"`` stand for them.  Everything else round-trips exactly (``repr`` of a double does).
* The decoder is strict: a missing or unknown key, a value of another type or an unknown
  enumeration member raises :class:`CodecError` with the path to it.  A damaged row is said to be
  damaged; it never becomes a grade.
* A field that has a default may be missing: rows written before it was added stay readable.
"""

from __future__ import annotations

import json
import marshal
import math
import types
import weakref
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Self, TypeVar, Union, get_args, get_origin, get_type_hints

from autograder.model import Check, Line, Picture, Table

T = TypeVar("T")
Encode = Callable[[Any], str]
Decode = Callable[[Any], Any]

_quoted = json.encoder.encode_basestring_ascii
_KEPT = {Check: 2000, Line: 2000, Table: 2000, Picture: 200}
"""What an encoder or a decoder remembers, and how many at most."""
_SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class CodecError(ValueError):
    """The text is not what the encoder writes; the message names the place."""


def to_json(value: Any) -> str:
    """Encode a dataclass instance as one line of ASCII JSON.

    Raises CodecError when a field holds something that its annotation does not allow.
    """
    kind: Any = type(value)
    return _encoder(kind)(value)


def from_json(kind: type[T], text: str | bytes) -> T:
    """Decode what :func:`to_json` wrote; raises CodecError on anything else."""
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise CodecError(f"it is not JSON ({error})") from None
    schema: Any = kind
    try:
        value: T = _decoder(schema)(data)
    except _Misfit as misfit:
        raise CodecError(f"{kind.__name__}{''.join(misfit.place)} {misfit}") from None
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not allowed")


# ------------------------------------------------------------------ encoding


@cache
def _encoder(kind: Any) -> Encode:
    if is_dataclass(kind):
        encode = _encode_dataclass(kind)
        return _remembering(encode, _KEPT[kind]) if kind in _KEPT else encode
    if kind is float:
        return _encode_float
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: _quoted(value.value)
    if kind in (str, int, bool):
        return lambda value: _encode_plain(kind, value)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return _encode_floats if arguments[0] is float else _encode_tuple(arguments[0])
    if origin in (Union, types.UnionType):
        inner = _encoder(_without_none(kind))
        return lambda value: "null" if value is None else inner(value)
    raise TypeError(f"no way to store a {kind}")


def _encode_dataclass(kind: Any) -> Encode:
    parts = [(f"{_quoted(name)}:", name, _encoder(hint)) for name, _, hint in _parts(kind)]

    def encode(value: Any) -> str:
        inside = [key + encode_part(getattr(value, name)) for key, name, encode_part in parts]
        return f"{{{','.join(inside)}}}"

    return encode


def _remembering(encode: Encode, most: int) -> Encode:
    """The same for objects that are encoded again and again, which are known by identity."""
    known: dict[int, tuple[weakref.ref[Any], str]] = {}

    def remembered(value: Any) -> str:
        reference, text = known.get(id(value), (None, ""))
        if reference is None or reference() is not value:
            if len(known) >= most:
                known.clear()
            known[id(value)] = weakref.ref(value), (text := encode(value))
        return text

    return remembered


def _encode_tuple(item: Any) -> Encode:
    encode = _encoder(item)
    return lambda values: f"[{','.join([encode(value) for value in values])}]"


def _encode_float(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        value = _as_number(value)
    if math.isfinite(value):
        # NumPy's float64 is a float whose repr is not JSON's.
        return repr(value if type(value) in (int, float) else float(value))
    return '"nan"' if math.isnan(value) else '"inf"' if value > 0 else '"-inf"'


def _as_number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise CodecError(f"{value!r} is no number") from None


def _encode_floats(values: Any) -> str:
    # Pictures are thousands of doubles: the common case is one pass in C.
    if all(map(math.isfinite, values)):
        return f"[{','.join(map(repr, map(float, values)))}]"
    return f"[{','.join(map(_encode_float, values))}]"


def _encode_plain(kind: type, value: Any) -> str:
    if kind is str and isinstance(value, str):
        return _quoted(value)
    if kind is bool and isinstance(value, bool):
        return "true" if value else "false"
    if kind is int and not isinstance(value, bool) and hasattr(value, "__index__"):
        return repr(int(value))
    raise CodecError(f"{value!r} is no {kind.__name__}")


# ------------------------------------------------------------------ decoding


class _Misfit(Exception):
    """Something in the text is not as its annotation says; its place is added on the way out."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.place: list[str] = []

    def within(self, part: str) -> Self:
        self.place.insert(0, part)
        return self


@cache
def _decoder(kind: Any) -> Decode:
    if is_dataclass(kind):
        decode = _decode_dataclass(kind)
        return _recalling(decode, _KEPT[Check]) if kind is Check else decode
    if kind is float:
        return _decode_float
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda data: _decode_enum(kind, data)
    if kind in (str, int, bool):
        return lambda data: _decode_plain(kind, data)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return _decode_tuple(arguments[0])
    if origin in (Union, types.UnionType):
        inner = _decoder(_without_none(kind))
        return lambda data: None if data is None else inner(data)
    raise TypeError(f"no way to read back a {kind}")


def _decode_dataclass(kind: Any) -> Decode:
    parts = {name: (_decoder(hint), optional) for name, optional, hint in _parts(kind)}

    def decode(data: Any) -> Any:
        if not isinstance(data, dict):
            raise _unexpected("an object", data)
        if not parts.keys() >= data.keys():
            unknown = next(name for name in data if name not in parts)
            raise _Misfit(f"has an unknown field {unknown!r}")
        found: dict[str, Any] = {}
        for name, (decode_part, optional) in parts.items():
            if name in data:
                try:
                    found[name] = decode_part(data[name])
                except _Misfit as misfit:
                    raise misfit.within(f".{name}") from None
            elif not optional:
                raise _Misfit(f"lacks the field {name!r}")
        return kind(**found)

    return decode


def _recalling(decode: Decode, most: int) -> Decode:
    """The same for small objects that are decoded again and again."""
    known: dict[bytes, Any] = {}

    def recalled(data: Any) -> Any:
        exactly = marshal.dumps(data, 2)  # unlike the data, it keeps 1, 1.0 and True apart
        if exactly not in known:
            value = decode(data)
            if len(known) >= most:
                known.clear()
            known[exactly] = value
        return known[exactly]

    return recalled


def _decode_tuple(item: Any) -> Decode:
    decode_item = _decoder(item)

    def decode(data: Any) -> Any:
        if not isinstance(data, list):
            raise _unexpected("a list", data)
        if item is float and all(type(value) is float for value in data):
            return tuple(data)
        found = []
        try:
            for value in data:
                found.append(decode_item(value))
        except _Misfit as misfit:
            raise misfit.within(f"[{len(found)}]") from None
        return tuple(found)

    return decode


def _decode_float(data: Any) -> float:
    if isinstance(data, str) and data in _SPECIAL:
        return _SPECIAL[data]
    if type(data) not in (int, float):
        raise _unexpected("a number", data)
    number: float = data
    return number


def _decode_enum(kind: type[Enum], data: Any) -> Enum:
    try:
        return kind(data)
    except ValueError:
        raise _Misfit(f"is {data!r}, no {kind.__name__}") from None


def _decode_plain(kind: type, data: Any) -> Any:
    if type(data) is not kind:
        raise _unexpected(f"a {kind.__name__}", data)
    return data


def _unexpected(expected: str, got: Any) -> _Misfit:
    return _Misfit(f"should be {expected} and is {got!r:.60}")


# ------------------------------------------------------------------ annotations


def _parts(kind: Any) -> list[tuple[str, bool, Any]]:
    """Name, whether it has a default, and type of each field of a dataclass."""
    hints: Mapping[str, Any] = get_type_hints(kind)
    return [(part.name, _has_default(part), hints[part.name]) for part in fields(kind)]


def _has_default(part: Field[Any]) -> bool:
    return part.default is not MISSING or part.default_factory is not MISSING


def _without_none(kind: Any) -> Any:
    rest = [argument for argument in get_args(kind) if argument is not type(None)]
    if len(rest) != 1:
        raise TypeError(f"no way to tell apart the members of {kind}")
    return rest[0]
