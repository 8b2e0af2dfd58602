"""How fast grading is, and what it could be: ``python -m autograder.bench``.

* the *floor*: a student's own cells, and the calls asked of them, in one warm process without
  any wall, reading, judging or storing; measured with every worker's processor as busy
* a *yardstick* that does not move, as the floor does with what is asked: an earlier version
* *us*: ``autograder grade`` as people call it, in processes of its own
* ``otter run`` and ``nbgrader autograde``, where installed, on the same notebooks in the same run

``python -m autograder.bench.walls`` takes a submission's way through the sandbox apart, and
``python -m autograder.bench.desk`` waits for the pages that people mark on.

CPU seconds are those of all processes, as the kernel counts them.
"""
