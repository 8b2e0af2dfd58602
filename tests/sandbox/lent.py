"""One sandbox for all tests of a module: where what is tested is something else, to start one for
each command would take most of the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from autograder.sandbox import Sandbox, open_sandbox

Opens = Callable[..., Sandbox]


class _Lent(Sandbox):
    """Whoever closes it gives it back."""

    def close(self) -> None:
        pass


@contextmanager
def lent_sandboxes() -> Iterator[Opens]:
    """What is to stand in place of ``open_sandbox``: one sandbox for the same hidden folders."""
    boxes: dict[tuple[Path, ...], Sandbox] = {}
    with ExitStack() as stack:

        def opens(
            hidden: Sequence[Path] = (),
            unsafe: bool = False,
            *,
            meanwhile: Callable[[], None] = lambda: None,
        ) -> Sandbox:
            if unsafe:
                return open_sandbox(hidden, unsafe, meanwhile=meanwhile)
            meanwhile()
            if (folders := tuple(hidden)) not in boxes:
                own = stack.enter_context(open_sandbox(hidden))
                boxes[folders] = _Lent(own._launcher, own.layers, own._seed)
            return boxes[folders]

        yield opens
