"""Frames: whatever bytes a child writes, reading them ends, in bounded memory, with plain data."""

from __future__ import annotations

import contextlib
import struct
import time
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.model import Keyed, Opaque
from autograder.sandbox import protocol
from autograder.sandbox.child import Frame, FrameParser, Garbage
from autograder.sandbox.inside import wire
from autograder.sandbox.inside.values import write_value
from autograder.sandbox.inside.wire import Reader, WireError, Writer


def _read_any(data: bytes) -> Any:
    """Read as each kind of frame; what comes back, if anything does."""
    found = []
    for read in (
        lambda: protocol.read_answer(data, 0, 3, 2),
        lambda: protocol.read_ran(data, 2, 3, 1),
        lambda: protocol.read_statement(data, 2),
    ):
        try:
            found.append(read())
        except WireError:
            continue
    return found


def _answer(value: Any, changed: int = 0, unreceived: int = 0) -> bytes:
    writer = Writer()
    writer.pack(wire.ANSWER_HEAD, 0, wire.RETURNED, 0, changed, unreceived)
    write_value(writer, value)
    return writer.body()


def _plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(_plain(entry) for entry in value)
    return value is None or isinstance(value, Opaque) or type(value) is np.ndarray


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_as_plain_data_or_refused(data: bytes) -> None:
    known = (protocol.Answer, protocol.Ran, protocol.Place)
    for found in _read_any(data):
        assert isinstance(found, known)
        assert not isinstance(found, protocol.Answer) or _plain(found.value)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_answer_is_read_as_plain_data_or_refused(data: st.DataObject) -> None:
    whole = bytearray(_answer(([1.0, 2.0], np.ones((2, 2)), "text", None)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    whole = whole[: data.draw(st.integers(0, len(whole)))]
    for answer in _read_any(bytes(whole)):
        if isinstance(answer, protocol.Answer):
            assert _plain(answer.value)


def test_no_frame_makes_the_reader_allocate_more_than_it_holds() -> None:
    head = wire.ANSWER_HEAD.pack(0, 0, 0, 0, 0)
    frames = [
        head + struct.pack("<BBI", wire.V_ARRAY, 1, 0xFFFFFFFF),
        head + struct.pack("<BBIIII", wire.V_ARRAY, 4, *[1 << 31] * 4),
        head + struct.pack("<BI", wire.V_OPAQUE, 0xFFFFFFFF),
        head + struct.pack("<BI", wire.V_TUPLE, 10_000) * 1000,
        wire.ANSWER_HEAD.pack(0, 0, 0, 0xFFFFFFFF, 0) + bytes(1),
    ]
    tracemalloc.start()
    try:
        for frame in frames:
            assert _read_any(frame) == []
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def _text(words: str) -> bytes:
    return struct.pack("<I", len(words.encode())) + words.encode()


def _array(shape: list[int]) -> bytes:
    return struct.pack(f"<B{len(shape)}I", len(shape), *shape) + bytes(8 * int(np.prod(shape)))


LEAVES = st.one_of(
    st.just(bytes([wire.V_NONE])),
    st.lists(st.integers(0, 3), max_size=4).map(lambda s: bytes([wire.V_ARRAY]) + _array(s)),
    st.text(max_size=9).map(lambda words: bytes([wire.V_OPAQUE]) + _text(words)),
)


def _tuple_of(parts: list[bytes]) -> bytes:
    return struct.pack("<BI", wire.V_TUPLE, len(parts)) + b"".join(parts)


def _keyed(parts: dict[str, bytes]) -> bytes:
    inside = b"".join(_text(key) + part for key, part in parts.items())
    return bytes([wire.V_KEYED]) + _text("dict") + struct.pack("<I", len(parts)) + inside


VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6).map(_tuple_of),
        st.builds(lambda part, times: _tuple_of([part] * times), inner, st.integers(0, 60)),
        st.dictionaries(st.text(max_size=3), inner, max_size=4).map(_keyed),
    ),
    max_leaves=30,
)
HEAD = wire.ANSWER_HEAD.pack(0, wire.RETURNED, 0, 0, 0)


def _count(value: Any) -> int:
    entries = value if isinstance(value, tuple) else ()
    if isinstance(value, Keyed):
        entries = tuple(part for _, part in value.entries)
    return 1 + sum(_count(entry) for entry in entries)


@settings(max_examples=300, deadline=None)
@given(VALUES, st.integers(1, 60))
def test_any_value_of_the_grammar_is_read_whole_or_refused(body: bytes, cap: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(wire, "MAX_PARTS", cap)
        try:
            value = protocol.read_answer(HEAD + body, 0, 0, 1).value
        except WireError:
            return
    assert _count(value) <= cap


FULL = wire.MAX_FRAME - 64
"""Bytes that the largest frame has for a value, about."""
_EMPTY = bytes([wire.V_ARRAY]) + _array([0])


def _filled(part: bytes) -> bytes:
    """As many of them as a frame holds, in tuples of as many as may be."""
    inside = _tuple_of([part] * wire.MAX_ENTRIES)
    return _tuple_of([inside] * max(1, FULL // len(inside)))


@pytest.mark.long
@pytest.mark.parametrize(
    "body",
    [
        _filled(bytes([wire.V_NONE])),
        _filled(_EMPTY),
        _filled(bytes([wire.V_ARRAY]) + _array([])),
        _filled(bytes([wire.V_ARRAY]) + _array([0, 1, 1, 1])),
        _filled(_tuple_of([])),
        _filled(_tuple_of([_tuple_of([_EMPTY])])),
        _filled(bytes([wire.V_OPAQUE]) + _text("")),
        _filled(bytes([wire.V_OPAQUE]) + _text("\xff" * 20)),
        _filled(_keyed({})),
        _tuple_of([_keyed({str(key): _EMPTY for key in range(wire.MAX_KEYS)})] * 6000),
        bytes([wire.V_ARRAY]) + _array([FULL // 8]),
    ],
    ids=range(11),
)
def test_the_worst_frames_cost_a_bounded_time_and_memory(body: bytes) -> None:
    assert len(body) <= wire.MAX_FRAME
    began = time.process_time()
    tracemalloc.start()
    try:
        for read in (
            lambda: protocol.read_answer(HEAD + body, 0, 0, 1),
            lambda: protocol.read_value(body),
        ):
            with contextlib.suppress(WireError):
                read()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40 << 20
    assert time.process_time() - began < 5.0  # tracing makes it ten times as slow


@pytest.mark.parametrize("counts", [(201, 0, 0), (0, 0, 51)])
def test_no_more_faults_and_names_are_told_of_than_may_be(counts: tuple[int, int, int]) -> None:
    fault = struct.pack("<I", 0) + _text("E") + _text("m") + struct.pack("<II", 0, 1)
    taken = _text("f") + struct.pack("<II", 0, 1)
    faults, unlisted, names = counts
    body = struct.pack("<I", faults) + faults * fault + struct.pack("<II", unlisted, names)
    with pytest.raises(WireError, match="cap"):
        protocol.read_ran(body + names * taken + bytes(8), 1, 1, 1)


@pytest.mark.parametrize("name", ["", "two words", "<b>", "a.b", "1"])
def test_a_name_is_a_name(name: str) -> None:
    body = struct.pack("<III", 0, 0, 1) + _text(name) + struct.pack("<II", 0, 1) + bytes(8)
    with pytest.raises(WireError, match="name"):
        protocol.read_ran(body, 1, 1, 1)


@pytest.mark.parametrize(
    "body", [_answer(1.0)[:-1], _answer(1.0) + b"x", _answer(1.0, 1), _answer(1.0, 0, 1)]
)
def test_an_answer_has_to_end_where_it_ends(body: bytes) -> None:
    with pytest.raises(WireError):
        protocol.read_answer(body, 0, 3, 1)
    assert protocol.read_answer(_answer(1.0), 0, 3, 1).value == 1.0


@pytest.mark.parametrize("counts", [(4, 0), (0, 4)])
def test_no_more_arguments_come_back_than_went(counts: tuple[int, int]) -> None:
    body = _answer(1.0, *counts) + bytes(4 * sum(counts))
    with pytest.raises(WireError, match="cap"):
        protocol.read_answer(body, 0, 3, 1)


def test_an_answer_to_another_call_is_refused() -> None:
    with pytest.raises(WireError):
        protocol.read_answer(_answer(1.0), 1, 0, 1)


def test_not_a_number_and_infinity_are_kept() -> None:
    value = protocol.read_answer(_answer(np.array([np.nan, -np.inf])), 0, 0, 1).value
    assert np.array_equal(value, [np.nan, -np.inf], equal_nan=True)  # type: ignore[arg-type]


def test_arrays_that_were_read_can_be_written_to() -> None:
    value = protocol.read_answer(_answer(np.zeros(3)), 0, 0, 1).value
    assert isinstance(value, np.ndarray)
    value[0] = 1.0
    assert value.sum() == 1.0


@given(st.lists(st.integers(1, 40)))
def test_frames_are_cut_the_same_however_the_pipe_cuts_them(cuts: list[int]) -> None:
    bodies = [b"", b"abc", bytes(100)]
    stream = b"".join(wire.HEADER.pack(wire.ANSWER, len(b)) + b for b in bodies)
    parser, found, start = FrameParser(), [], 0
    for cut in [*cuts, len(stream)]:
        found += parser.feed(stream[start : start + cut])
        start += cut
    assert found == [Frame(wire.ANSWER, body) for body in bodies]


@pytest.mark.parametrize(
    "header", [(wire.ANSWER, wire.MAX_FRAME + 1), (0, 0), (wire.CALL, 0), (255, 5)]
)
def test_a_frame_of_an_unknown_kind_or_too_long_is_not_kept(header: tuple[int, int]) -> None:
    assert FrameParser().feed(wire.HEADER.pack(*header) + bytes(10)) == [Garbage()]


def test_text_is_read_whatever_its_bytes() -> None:
    writer = Writer()
    writer.text("η\ud800")
    assert Reader(writer.body()).text(100) == "η\\ud800"
    assert Reader(struct.pack("<I", 2) + b"\xff\xfe").text(100) == "��"
    with pytest.raises(WireError):
        Reader(writer.body()).text(3)


def test_the_largest_honest_answer_is_read() -> None:
    ragged = [[1.0] * (1 + number % 3) for number in range(10_000)]
    answer = protocol.read_answer(_answer((ragged, ragged)), 0, 0, 0)
    assert isinstance(answer.value, tuple)
    assert [len(part) for part in answer.value] == [10_000, 10_000]
