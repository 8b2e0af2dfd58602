"""Small pages become large ones where they are there, and hold what they held."""

from __future__ import annotations

import ctypes
import mmap

import pytest

from autograder.sandbox import kernel
from autograder.sandbox.pages import join_pages

LARGE = 2 << 20


def memory(large: int) -> tuple[mmap.mmap, int]:
    """So many large pages' worth of fresh memory, and its address, at the start of a large one."""
    own = mmap.mmap(-1, (large + 1) * LARGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    start = ctypes.addressof(ctypes.c_char.from_buffer(own))
    return own, -start % LARGE


def line(own: mmap.mmap, offset: int, large: int, modes: str = "rw-p", name: str = "") -> str:
    start = ctypes.addressof(ctypes.c_char.from_buffer(own)) + offset
    return f"{start:x}-{start + large * LARGE:x} {modes} 00000000 00:00 0   {name}"


def touch(own: mmap.mmap, offset: int, pages: int) -> None:
    for page in range(pages):
        own[offset + page * mmap.PAGESIZE] = page % 251


def require() -> None:
    own, offset = memory(1)
    touch(own, offset, LARGE // mmap.PAGESIZE)
    try:
        kernel.join_pages(ctypes.addressof(ctypes.c_char.from_buffer(own)) + offset, LARGE)
    except OSError as error:
        pytest.skip(f"this kernel joins no pages: {error}")


def test_pages_that_are_there_are_joined_and_hold_what_they_held():
    require()
    own, offset = memory(3)
    pages = LARGE // mmap.PAGESIZE
    touch(own, offset, 2 * pages)
    before = own[offset : offset + 2 * LARGE]
    assert join_pages(line(own, offset, 3)) == 2
    assert own[offset : offset + 2 * LARGE] == before


def test_memory_that_is_only_promised_stays_so():
    own, offset = memory(2)
    touch(own, offset, LARGE // mmap.PAGESIZE // 8)
    start = ctypes.addressof(ctypes.c_char.from_buffer(own)) + offset
    assert join_pages(line(own, offset, 2)) == 0
    assert kernel.share_present(start, LARGE) == 1 / 8
    assert kernel.share_present(start + LARGE, LARGE) == 0


@pytest.mark.parametrize(
    ("modes", "name"), [("r--p", ""), ("rw-s", ""), ("rw-p", "/usr/lib/a b.so")]
)
def test_what_is_no_memory_of_its_own_is_let_be(modes, name):
    own, offset = memory(1)
    touch(own, offset, LARGE // mmap.PAGESIZE)
    assert join_pages(line(own, offset, 1, modes, name)) == 0


def test_an_address_where_nothing_is_costs_nothing():
    assert join_pages("1000-600000 rw-p 00000000 00:00 0 \n") == 0
