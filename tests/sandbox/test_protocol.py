"""Frames: whatever bytes a child writes, reading them ends, in bounded memory, with plain data."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.model import Opaque
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


def test_an_answer_of_empty_arrays_is_refused_before_it_fills_the_memory() -> None:
    empty = wire.V_ARRAY.to_bytes(1, "little") + b"\1" + b"\0" * 4
    hundreds = struct.pack("<BI", wire.V_TUPLE, 10_000) + empty * 10_000
    bomb = struct.pack("<BI", wire.V_TUPLE, 100) + hundreds * 100
    data = wire.ANSWER_HEAD.pack(0, wire.RETURNED, 0, 0, 0) + bomb
    assert len(data) < wire.MAX_FRAME
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            protocol.read_answer(data, 0, 3, 2)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


def test_the_largest_honest_answer_is_read() -> None:
    ragged = [[1.0] * (1 + number % 3) for number in range(10_000)]
    answer = protocol.read_answer(_answer((ragged, ragged)), 0, 0, 0)
    assert isinstance(answer.value, tuple)
    assert [len(part) for part in answer.value] == [10_000, 10_000]
