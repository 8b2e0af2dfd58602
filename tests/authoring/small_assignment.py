"""A small assignment to release: one question, one given cell, one written question."""

from __future__ import annotations

from pathlib import Path

MASTER = '''\
---
jupyter:
  kernelspec: {display_name: Python 3, language: python, name: python3}
---

```otter
# ASSIGNMENT CONFIG
export_cell: false
generate: false
tests: {files: false, ok_format: false}
```

# Doubling

```python
# Given.
start = 21  # given
```

```otter
# BEGIN QUESTION
name: doubling
points: 3
```

Write `double`.

```otter
# BEGIN SOLUTION
```

```python
def double(number):
    """Twice the number."""
    # BEGIN SOLUTION
    the_answer = number + number
    return the_answer
    # END SOLUTION

twice = double(start)  # SOLUTION
```

```otter
# END SOLUTION
```

```otter
# BEGIN TESTS
```

```python
def test_double(double):
    assert double(4) == 8, "twice 4 is 8"
```

```python
# HIDDEN
def test_negative(double):
    assert double(-7) == -14, "twice -7 is -14"
```

```otter
# END TESTS
```

```otter
# END QUESTION
```

```otter
# BEGIN QUESTION
name: why
points: 2
manual: true
```

Why does it work?

```otter
# BEGIN SOLUTION
```

Because adding a number to itself doubles it.

```otter
# END SOLUTION
```

```otter
# END QUESTION
```
'''

REFERENCE = '''\
"""What is true."""

def true_double(number):
    return 2 * number + 0 * len("nothing")
'''


def make_assignment(course: Path, master: str = MASTER) -> tuple[Path, Path]:
    """Write the assignment ``doubling`` and its reference below ``course``; both folders."""
    assignment, reference = course / "assignments" / "doubling", course / "reference"
    assignment.mkdir(parents=True)
    reference.mkdir()
    (assignment / "notebook.md").write_text(master, encoding="utf-8")
    (reference / "truth.py").write_text(REFERENCE, encoding="utf-8")
    return assignment, reference
