"""A catalogue of plain functions does for the judge what rules as data do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.errors import AssignmentError
from autograder.judging.question import Answers
from autograder.judging.rule.functions import FunctionCatalogue, FunctionFault
from autograder.judging.rule.hyperparameters import Range, StepSize
from autograder.judging.rule.instance import Instance
from autograder.judging.rule.simulate import INTERFACE_FAULTS, simulate, with_interface_faults
from autograder.judging.update_rule import RuleExam, UpdateRule
from autograder.model import Neuron, NotebookRun, Outcome, QuestionStatus, Stream, Submission


def shrinking(gradient: Any, start: Any, max_epochs: int, eta: float, decay: float) -> Any:
    theta, path = np.array(start), [start]
    for _ in range(max_epochs):
        theta = theta - eta * (gradient(theta) + decay * theta)
        path.append(theta)
    return path


def without_rate(gradient: Any, start: Any, max_epochs: int, eta: float, decay: float) -> Any:
    theta, path = np.array(start), [start]
    for _ in range(max_epochs):
        theta = theta - eta * gradient(theta) - decay * theta
        path.append(theta)
    return path


FAULT = FunctionFault(
    slug="without_rate",
    rule=without_rate,
    title="decays without the rate",
    what="Too much is taken away.",
    hint="By what is a gradient multiplied?",
)
CATALOGUE = FunctionCatalogue("shrinking", shrinking, (FAULT,))
QUESTION = UpdateRule(
    function="do_shrinking",
    catalogue=CATALOGUE,
    points={"trajectory": 6.0, "vector": 4.0},
    ranges={"eta": StepSize(0.1, 0.4), "decay": Range(0.2, 0.6)},
)
SEED = b"s" * 32


def exam() -> RuleExam:
    return QUESTION.draw(SEED)


def judged(traces: Any) -> Any:
    return exam().judge(Answers(Submission("s", ""), NotebookRun(Outcome.RETURNED), traces))


def instance(**changes: Any) -> Instance:
    settings: dict[str, Any] = {
        "name": "one",
        "X": np.array([1.0, -0.5]),
        "Y": np.array([0.2, 0.9]),
        "init_w": np.array(0.8),
        "init_b": -0.3,
        "max_epochs": 4,
        "grad_w": Neuron(),
        "grad_b": Neuron(),
        "hyper": {"eta": 0.3, "decay": 0.2},
    }
    return Instance(**{**settings, **changes})


def test_right_code_gets_full_marks() -> None:
    ((_, traces),) = list(simulate(exam(), CATALOGUE.right()))  # type: ignore[arg-type]
    verdict = judged(traces)
    assert [check.score for check in verdict.checks] == [6.0, 4.0]
    assert verdict.misconceptions == ()


def test_the_known_fault_is_named_with_its_own_words() -> None:
    ((_, traces),) = list(simulate(exam(), CATALOGUE.singles()[0]))  # type: ignore[arg-type]
    verdict = judged(traces)
    assert sum(check.score for check in verdict.checks) == 0
    assert verdict.misconceptions == ("without_rate",)
    assert verdict.explanations[0].hint == FAULT.hint
    assert verdict.message == "Your do_shrinking decays without the rate."


@pytest.mark.parametrize("slug", INTERFACE_FAULTS)
def test_faults_of_the_interface_have_words_without_a_file_of_words(slug: str) -> None:
    faults = dict(with_interface_faults(exam(), CATALOGUE.right()))  # type: ignore[arg-type]
    verdict = judged(faults[slug])
    assert verdict.misconceptions == (slug,)
    assert verdict.explanations[0].title != slug.replace("_", " ")
    assert "?" in verdict.explanations[0].hint or verdict.explanations[0].hint.endswith(".")


def test_the_gradient_is_summed_over_the_points() -> None:
    rows = CATALOGUE.right().trajectories(instance(max_epochs=1))[0]
    w, b, step = 0.8, -0.3, np.zeros(2)
    for x, y in ((1.0, 0.2), (-0.5, 0.9)):
        s = 1 / (1 + np.exp(-(w * x + b)))
        step += (s - y) * s * (1 - s) * np.array([x, 1.0])
    expected = np.array([w, b]) - 0.3 * (step + 0.2 * np.array([w, b]))
    assert np.allclose(rows[1], expected, rtol=1e-14)


def test_recorded_gradients_are_replayed_by_distinct_points() -> None:
    """Asking twice at one point answers the same, as it does for a student."""

    def asks_twice(gradient: Any, start: Any, max_epochs: int, eta: float) -> Any:
        theta, path = np.array(start), [start]
        for _ in range(max_epochs):
            assert (gradient(theta) == gradient(theta)).all()
            theta = theta - eta * gradient(theta)
            path.append(theta)
        return path

    stream = Stream(np.array([1.0, 2.0, 4.0]))
    one = instance(X=np.ones(1), Y=np.zeros(1), grad_w=stream, grad_b=stream, max_epochs=3)
    rows = FunctionCatalogue("asks", asks_twice).right().trajectories(one)[0]
    assert np.allclose(-np.diff(rows[:, 0]) / 0.3, [1, 2, 4])


def test_hyper_parameters_that_a_rule_does_not_know_are_kept_from_it() -> None:
    measured = instance(hyper={"eta": 0.3, "decay": 0.2, "decay_in_gradient": 0.7})
    rows = CATALOGUE.right().trajectories(measured)
    assert (rows == CATALOGUE.right().trajectories(instance())).all()


def test_fewer_epochs_are_the_beginning() -> None:
    family = CATALOGUE.singles()[0]
    assert (family.trajectories(instance(), 2) == family.trajectories(instance())[:, :3]).all()


def test_a_rule_that_fails_is_said_in_a_sentence() -> None:
    def broken(gradient: Any, start: Any, max_epochs: int) -> Any:
        raise NotImplementedError("write it")

    with pytest.raises(AssignmentError, match=r"The rule broken fails: .*write it"):
        FunctionCatalogue("broken", broken).right().trajectories(instance())


def test_a_rule_that_forgets_the_start_is_said_in_a_sentence() -> None:
    def short(gradient: Any, start: Any, max_epochs: int) -> Any:
        return [start] * max_epochs

    with pytest.raises(AssignmentError, match=r"shape \(4, 2\) where \(5, 2\) belongs"):
        FunctionCatalogue("short", short).right().trajectories(instance())


def test_without_a_known_fault_nothing_is_proved() -> None:
    with pytest.raises(AssignmentError, match="no known fault is named"):
        FunctionCatalogue("alone", shrinking).singles()


def test_a_missing_function_is_an_error_and_not_a_fault() -> None:
    from autograder.model import Trace

    traces = {i.name: Trace(i.name, Outcome.MISSING) for i in exam().instances}
    assert judged(traces).status is QuestionStatus.ERROR
