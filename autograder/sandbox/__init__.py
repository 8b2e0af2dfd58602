"""Runs student code where it can read nothing, forge nothing and harm nobody.

Theory of operation
-------------------
The process that runs student code never holds anything worth stealing or forging: no reference,
no expected value, no other student's work, no score.  It is given inputs and returns arrays; the
trusted process compares.  So there is no secret to guard inside, only a wall around it::

    trusted process                     zygote                        child (hostile)
    session, child, protocol   ----->   forks when told   ----->      confines itself, runs cells,
      ^   ^                             (no secrets)                  answers calls
      |   +--- frames: arrays, positions, texts  <-------------------   pipe
      +------- what the cells printed            <-------------------   pipe

========================  ==================================================================
:mod:`.box`               chooses the layers, starts, tries, hands out sessions
:mod:`.session`           one submission's calls, and what to do when one fails
:mod:`.cells`             its notebook, likewise; :mod:`.runner` its processes
:mod:`.child`             one process: its pipes and its clock, seen from outside
:mod:`.protocol`          reads frames, totally and boundedly
:mod:`.faults`            what may be shown of an exception (:mod:`.sentences`)
:mod:`.server`            starts the zygote; :mod:`.zygote` is what runs there, given as code by
                          :mod:`.modules`, with what :mod:`.layout` lets it read
:mod:`.confinement`       what a child gives up, in order: :mod:`.landlock` files,
                          :mod:`.seccomp` system calls, :mod:`.jail` namespaces
                          (:mod:`.kernel`: the system calls for it)
:mod:`.selftest`          tries the attacks that matter before the first submission
:mod:`.scratch`           folders for a while, swept away if a run is killed
:mod:`.shortage`          what the machine is short of, in a sentence
:mod:`.layers`            which walls this machine gives, for ``doctor``
:mod:`.plain`             ``unsafe=True``: a separate process and nothing else
:mod:`.inside`            what runs beside student code
:mod:`.bench`             what it all costs
========================  ==================================================================

Copies of a trusted process may join its zygote (``Sandbox.joined``), so that a machine's workers
start one and try it once; their children have different users and know nothing of each other.

Large packages are loaded in branches of the zygote, copies that only the submissions which mention
them are forked from.

No library does this: bubblewrap, where it is there, is one of the walls, but a fresh interpreter
with NumPy within it would cost each submission 100 ms where a fork costs one or two.

Of this program, what runs beside student code is sent there as code, and under no name that could
be imported; where it lies among the packages that may be read, its folder is covered.

It fails closed: a layer that is missing, or an attack that succeeds, is a
:class:`~autograder.errors.SandboxError` when the sandbox is opened, never a silent step down.

::

    with open_sandbox(hidden=[course]) as box:
        with box.open(cells, limits, names=("answer",), seed=1) as session:
            session.notebook            # a NotebookRun
            session.call(calls)         # a Trace for each
"""

from autograder.sandbox.box import Sandbox, open_sandbox
from autograder.sandbox.layers import Layer, layers
from autograder.sandbox.session import Session

__all__ = ["Layer", "Sandbox", "Session", "layers", "open_sandbox"]
