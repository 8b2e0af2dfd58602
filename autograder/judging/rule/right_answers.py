"""What right code answers, on everything that is made of a drawn instance.

All of it is the same for every student who gets that instance, so it is made once: the instances
here, their answers on the shelf.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from autograder.judging.rule.asked import Rule
from autograder.judging.rule.edges import EdgeCase
from autograder.judging.rule.history import History
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.moments import Identification, identify, stream_instances
from autograder.judging.rule.pool import keep, made_of
from autograder.judging.rule.probes import Probes, probes, streamed
from autograder.model import FloatArray

ALIKE = 1e-10
"""Answers that differ from those of right code by no more than this, beside 1 or the entry itself,
differ by rounding and need no second look."""


def alike(history: History, right: FloatArray) -> bool:
    """Whether a student's history is that of right code but for rounding."""
    rows = history.rows
    if rows is None or history.only_point or history.form or rows.shape != right.shape:
        return False
    with np.errstate(all="ignore"):
        return bool((np.abs(rows - right) <= ALIKE * np.maximum(1, np.abs(right))).all())


@lru_cache(maxsize=1024)
def probes_of(drawn: Instance) -> Probes:
    """The probes made of a drawn instance of numbers."""
    asked = probes(drawn)
    made_of(drawn, asked.instances)
    return asked


@lru_cache(maxsize=1024)
def streamed_of(vector: Instance) -> Instance:
    """A drawn instance of a vector under recorded gradients."""
    recorded = streamed(vector)
    made_of(vector, [recorded])
    return recorded


@lru_cache(maxsize=1024)
def at_the_edges(question: Rule, vector: Instance) -> Mapping[EdgeCase, Instance]:
    """The calls that edge cases make of a drawn instance with a vector."""
    calls = {edge: edge.call(vector) for edge in question.edge_cases if edge.call is not None}
    made_of(vector, calls.values())
    return calls


@lru_cache(maxsize=1024)
def streams_of(question: Rule, drawn: Instance) -> tuple[Instance, ...]:
    """The recorded streams, with the hyper-parameters of a drawn instance."""
    chance = np.random.Generator(np.random.PCG64(7))
    streams = stream_instances(drawn, tuple(question.moments), chance)
    made_of(drawn, streams)
    return streams


@lru_cache(maxsize=1024)
def _beside(question: Rule, drawn: Instance) -> tuple[Instance, ...]:
    """What is asked of everybody, and every stream, that is made of one drawn instance."""
    if drawn.init_w.ndim:
        recorded = (streamed_of(drawn),) if question.recorded else ()
        return (*at_the_edges(question, drawn).values(), *recorded)
    asked = probes_of(drawn)
    interface = (asked.base, asked.again, asked.none, asked.settled, asked.streamed)
    return (*interface, *streams_of(question, drawn))


@lru_cache(maxsize=1024)
def right_beside(question: Rule, drawn: Instance) -> Mapping[str, FloatArray]:
    """The right trajectories on what is made of a drawn instance, by name."""
    instances, right = _beside(question, drawn), question.catalogue.right()
    if not instances:  # with a vector, where no edge case asks for one
        return {}

    def rows() -> FloatArray:
        return np.concatenate([right.trajectories(i)[0].ravel() for i in instances])

    shapes = [(i.max_epochs + 1, i.features + 1) for i in instances]
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    names = ", ".join(instance.name for instance in instances)
    parts = np.split(keep(drawn, f"right on {names}", rows), ends[:-1])
    return {
        instance.name: part.reshape(shape)
        for instance, part, shape in zip(instances, parts, shapes, strict=True)
    }


@lru_cache(maxsize=1024)
def right_moments(question: Rule, drawn: Instance) -> Identification:
    """What would be recovered of right code under the streams."""
    streams, rows = streams_of(question, drawn), right_beside(question, drawn)
    traces = {instance.name: instance.trace(rows[instance.name]) for instance in streams}
    return identify(streams, traces, question.power)
