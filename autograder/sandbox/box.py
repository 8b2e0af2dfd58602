"""Opens a sandbox: chooses the layers, starts the zygote, tries it, and hands out sessions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import SandboxError
from autograder.model import Cell, Limits
from autograder.sandbox.layers import Layer, described, may_change_user, possible_jails
from autograder.sandbox.layout import find_layout
from autograder.sandbox.plain import PlainLauncher
from autograder.sandbox.runner import Launcher
from autograder.sandbox.scratch import sweep
from autograder.sandbox.selftest import selftest
from autograder.sandbox.session import Session
from autograder.sandbox.shortage import is_shortage, lacking

if TYPE_CHECKING:
    from autograder.sandbox.server import ForkServer

_UNSAFE = "running without the sandbox was asked for"


class Sandbox:
    """Runs submissions, one after the other; made by :func:`open_sandbox`.

    For one thread at a time; each worker opens its own, or joins one.
    """

    def __init__(self, launcher: Launcher, layers: tuple[Layer, ...], seed: int) -> None:
        self._launcher = launcher
        self._seed = seed
        self.layers = layers
        """Which walls stand, for people to read."""
        self.unsafe = isinstance(launcher, PlainLauncher)
        """True: there are none."""

    def open(
        self,
        cells: Sequence[Cell],
        limits: Limits,
        names: Sequence[str] = (),
        texts: Sequence[str] = (),
        seed: int | None = None,
        modules: Sequence[str] | None = None,
    ) -> Session:
        """Run a submission's cells; its functions can then be called.

        ``names`` are the functions whose source is wanted, ``texts`` the module-level strings.
        ``seed`` starts NumPy's and Python's random numbers, before the cells and before each
        call.  ``modules`` are the packages, besides Python's own and NumPy, that a notebook may
        import; None: those that are installed.  What only looks depend on is never an error: there
        is a stand-in for it.

        Raises SandboxError if the sandbox is lost: open another and try again.
        """
        own_seed = self._seed if seed is None else seed
        return Session(self._launcher, cells, limits, names, texts, own_seed, modules)

    def joined(self, nice: int = 0) -> Sandbox:
        """Another one on the same zygote, for a copy (by fork) of the process that opened this one.

        ``nice``: by how much what runs in it has a lower priority, as of ``os.nice``; what it waits
        for others is taken off no limit.
        Raises SandboxError if the zygote is gone, or serves as many as it can.
        """
        from autograder.sandbox.server import ForkServer

        if not isinstance(self._launcher, ForkServer):
            raise SandboxError("this sandbox is for one process only")
        return Sandbox(self._launcher.join(nice), self.layers, self._seed)

    @property
    def pid(self) -> int | None:
        """Process number of the zygote (of bubblewrap, where that is around it)."""
        return self._launcher.pid

    def close(self) -> None:
        """End whatever children are left, and the zygote unless another process started it."""
        self._launcher.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_sandbox(
    hidden: Sequence[Path] = (),
    unsafe: bool = False,
    seed: int = 0,
    *,
    jail: str = "auto",
    without: Sequence[str] = (),
    meanwhile: Callable[[], None] = lambda: None,
) -> Sandbox:
    """Start a sandbox and try it; ``meanwhile`` is called once while it starts.

    ``hidden`` are folders that student code must not be able to read, above all the course
    folder.  ``unsafe`` asks for a separate process and no walls, on any system.  ``jail`` is
    "auto", or one of :data:`autograder.sandbox.layers.JAILS`; ``without`` leaves layers out, to
    see that this is noticed.

    Raises SandboxError, in one sentence, if a mandatory layer is missing or does not hold.
    """
    sweep()
    if unsafe:
        meanwhile()
        names = [layer.name for layer in described(())]
        return Sandbox(PlainLauncher(find_layout()), described(names, reason=_UNSAFE), seed)
    if sys.platform != "linux":
        raise SandboxError(
            "student code can be run safely on Linux only; for your own files there is --unsafe"
        )
    jails = possible_jails() if jail == "auto" else (jail,)
    reason = ""
    launcher = _start(jails[0], hidden, without)
    try:
        meanwhile()
    except BaseException:
        launcher.close()
        raise
    for name, following in pairwise(jails):
        try:
            return _tried(launcher, name, hidden, seed, reason)
        except SandboxError as error:
            # A jail is not mandatory; that it failed is said in the table of layers.
            reason = f"{name}: {error}"
            launcher = _start(following, hidden, without)
    return _tried(launcher, jails[-1], hidden, seed, reason)


def _tried(
    launcher: ForkServer, jail: str, hidden: Sequence[Path], seed: int, reason: str
) -> Sandbox:
    """A sandbox on a zygote that has been started, once it has withstood the attacks."""
    try:
        launcher.await_zygote()
        user = os.geteuid() if launcher.own_users else -1
        selftest(launcher, hidden, launcher.covered, user)
    except BaseException:
        launcher.close()
        raise
    missing = {
        name
        for name, there in (("user", launcher.own_users), ("jail", jail != "none"))
        if not there
    }
    return Sandbox(launcher, described(missing, jail, reason), seed)


def start_untested(
    jail: str, hidden: Sequence[Path] = (), without: Sequence[str] = ()
) -> ForkServer:
    """A zygote that has not been tried: for measurements."""
    launcher = _start(jail, hidden, without)
    launcher.await_zygote()
    return launcher


def _start(jail: str, hidden: Sequence[Path], without: Sequence[str]) -> ForkServer:
    # Here, because what it imports exists on Linux only.
    from autograder.sandbox.server import ForkServer, ServerPlan

    layout = find_layout(hidden)
    own_users = may_change_user(layout, jail) and "user" not in without
    try:
        return ForkServer(ServerPlan(layout, jail, _filter(), own_users, frozenset(without)))
    except OSError as error:
        raise lacking("the sandbox cannot be started", error) from error


def _require_process() -> None:
    """Raises SandboxError where this machine starts no further process for us."""
    try:
        subprocess.run([sys.executable, "-I", "-S", "-c", ""], check=False)
    except OSError as error:
        raise lacking("the sandbox cannot start a process", error) from error


def _filter() -> bytes:
    from autograder.sandbox import seccomp

    try:
        return seccomp.build()
    except (ImportError, OSError, RuntimeError) as error:
        if isinstance(error, OSError) and is_shortage(error):
            raise lacking("the filter of system calls cannot be made", error) from error
        _require_process()  # libseccomp is looked for by a program of the system's
        how = next(layer.how_to_get for layer in described(()) if layer.name == "seccomp")
        raise SandboxError(f"the layer 'seccomp' is missing ({error}); needed: {how}") from error
