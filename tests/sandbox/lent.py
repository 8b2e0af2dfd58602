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
def lent_sandbox(all_hidden: Sequence[Path]) -> Iterator[Opens]:
    """What is to stand in place of ``open_sandbox``: one sandbox, in which all is hidden that lies
    in ``all_hidden``."""
    boxes: list[Sandbox] = []
    with ExitStack() as stack:

        def opens(
            hidden: Sequence[Path] = (),
            unsafe: bool = False,
            *,
            meanwhile: Callable[[], None] = lambda: None,
        ) -> Sandbox:
            if unsafe or not all(any(map(folder.is_relative_to, all_hidden)) for folder in hidden):
                return open_sandbox(hidden, unsafe, meanwhile=meanwhile)
            meanwhile()
            if not boxes:
                own = stack.enter_context(open_sandbox(all_hidden))
                boxes.append(_Lent(own._launcher, own.layers, own._seed))
            return boxes[0]

        yield opens
