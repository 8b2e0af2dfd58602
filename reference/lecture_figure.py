"""The lecture's experiment as the judge calls it and as feedback pages draw it.

Several assignments run their rules on the sparse data of :mod:`reference.sparse_data`, from its
start, and draw the paths over the level curves of its loss, in the colours of the lecture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np

from autograder.judging.rule.instance import Instance
from autograder.model import Line, Neuron, Picture, Spot, Surface
from reference import sparse_data
from reference.sparse_data import Experiment
from reference.update_rules import FloatArray

NAME = "the lecture's data"
CONTOUR = "loss"


@cache
def experiment() -> Experiment:
    """The draw that the course uses."""
    return sparse_data.lecture_experiment()


def instance(epochs: int, hyper: Mapping[str, float]) -> Instance:
    """A call on the lecture's sparse data, with the sigmoid neuron's own gradient."""
    data, neuron = experiment(), Neuron()
    return Instance(
        name=NAME,
        X=data.X.copy(),
        Y=data.Y.copy(),
        init_w=np.array(data.init_w),
        init_b=data.init_b,
        max_epochs=epochs,
        grad_w=neuron,
        grad_b=neuron,
        hyper=hyper,
    )


def small_instance(epochs: int, hyper: Mapping[str, float]) -> Instance:
    """A call on few data of the lecture's kind: 20 points, as sparse, from the same start."""
    data = experiment()
    X, Y = sparse_data.sparse_pairs(*data.minimum, seed=17, n=20, zeros=16)
    whole = instance(epochs, hyper)
    return replace(whole, name="data like the lecture's", X=X.copy(), Y=Y.copy())


def progress(rows: FloatArray) -> FloatArray:
    """Of each row (w, b): 0 at the start and 1 at the minimum, for w and b each."""
    data = experiment()
    done: FloatArray = (rows - data.start) / (np.array(data.minimum) - data.start)
    return done


def path(label: str, rows: FloatArray, colour: str, style: str = "-") -> Line:
    """A student's path (w, b) as a curve of a picture."""
    return Line(label, numbers(rows[:, 0]), numbers(rows[:, 1]), colour, style)


def path_beside(label: str, rows: FloatArray, colour: str, style: str = "-") -> Line:
    """A path to compare a student's with."""
    return replace(path(label, rows, colour, style), beside=True)


def right_path(rows: FloatArray | None, own: FloatArray) -> tuple[Line, ...]:
    """The rule's own path, where it may be shown (else None) and is not the student's."""
    if rows is None or (rows.shape == own.shape and np.allclose(rows, own, atol=1e-4)):
        return ()
    return (path_beside("the rule", rows, "grey", "-."),)


def picture(title: str, caption: str, *lines: Line) -> Picture:
    """Paths over the level curves of the loss, and where it is least."""
    w, b = experiment().minimum
    return Picture(title, caption, "w", "b", lines, contour=CONTOUR, goal=Spot(w, b, "minimum"))


@cache
def backgrounds() -> Mapping[str, Surface]:
    """Level curves of the loss over (w, b), for an assignment's ``backgrounds``."""
    loss = experiment().loss
    w, b = np.linspace(-2.5, 4.0, 66), np.linspace(-1.5, 4.5, 61)
    z = np.array([[loss(np.array([x, y])) for x in w] for y in b])
    return {CONTOUR: {"x": w, "y": b, "z": z, "x_label": "w", "y_label": "b"}}


def numbers(values: FloatArray) -> tuple[float, ...]:
    """Five digits of each: more than a picture shows."""
    return tuple(float(f"{value:.5g}") for value in values)
