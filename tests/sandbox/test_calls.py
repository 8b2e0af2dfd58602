"""Calls: how arguments arrive, what comes back, and what one bad function costs the others."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from autograder.model import Call, Cell, Gradient, Keyed, Limits, Neuron, Opaque, Outcome, Stream
from autograder.sandbox import Sandbox, child
from tests.sandbox.conftest import QUICK, Run

SHORT = Limits(call_seconds=0.1)


def call(function: str, **arguments: object) -> Call:
    return Call(function, function, arguments)  # type: ignore[arg-type]


SERIES = """
class Series:
    def __init__(self, values): self.values = values
    def __array__(self, dtype=None, copy=None): return np.array(self.values, dtype=dtype)
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("None", None),
        ("3", np.array(3.0)),
        ("True", np.array(1.0)),
        ("np.float32(0.5)", np.array(0.5)),
        ("np.array(2)", np.array(2.0)),
        ("np.arange(6).reshape(2, 3)", np.arange(6.0).reshape(2, 3)),
        ("[1, 2.5, np.float64(3), np.array(4), np.array([5.0])]", np.array([1, 2.5, 3, 4, 5])),
        ("[[1.0], [2.0], [3.0]]", np.array([1.0, 2.0, 3.0])),
        ("[np.zeros(4), np.ones(4), [2, 2, 2, 2]]", np.repeat([0.0, 1.0, 2.0], 4).reshape(3, 4)),
        ("([1, 2, 3], [4, 5, 6])", (np.array([1.0, 2, 3]), np.array([4.0, 5, 6]))),
        ("[[1, 2], [3, 4]]", (np.array([1.0, 2]), np.array([3.0, 4]))),
        ("np.array([[1, 2], [3, 4]])", np.array([[1.0, 2], [3, 4]])),
        ("(np.zeros((3, 2)), [1, 2, 3])", (np.zeros((3, 2)), np.array([1.0, 2, 3]))),
        ("([1, None], [2])", ((np.array(1.0), None), np.array([2.0]))),
        ("[float('nan'), float('inf')]", (np.array(np.nan), np.array(np.inf))),
        ("[np.nan, np.inf, 1]", np.array([np.nan, np.inf, 1.0])),
        ("[]", np.zeros(0)),
        ("collections.deque([1, 2, 3])", np.array([1.0, 2, 3])),
        ("'text'", Opaque("str")),
        ("{'w': [1, 2], 'b': 3}", Keyed("dict", (("w", np.array([1.0, 2])), ("b", np.array(3.0))))),
        ("{1: 2}", Opaque("dict")),
        ("{1, 2}", Opaque("set")),
        ("(x for x in [1, 2, 3])", np.array([1.0, 2, 3])),
        (
            "(iter([1, 2, 3]), map(abs, [-4, -5, -6]))",
            (np.array([1.0, 2, 3]), np.array([4.0, 5, 6])),
        ),
        ("[(x for x in [1, 2]), 'a', 3]", (np.array([1.0, 2]), Opaque("str"), np.array(3.0))),
        ("zip([1, 2, 3], [4, 5, 6])", np.array([[1.0, 4], [2, 5], [3, 6]])),
        ("iter([[1, 2, 3], [4, 5, 6]])", (np.array([1.0, 2, 3]), np.array([4.0, 5, 6]))),
        ("{'a': [1, 2], 'b': [3, 4]}.values()", (np.array([1.0, 2]), np.array([3.0, 4]))),
        ("[(np.zeros(2), 1)] * 3", ((np.zeros(2), np.array(1.0)),) * 3),
        (
            "([1, 2, 3], [4, 5, 6], [7, 8, 9])",
            (np.array([1.0, 2, 3]), np.array([4.0, 5, 6]), np.array([7.0, 8, 9])),
        ),
        ("([1], [2], [])", (np.array([1.0]), np.array([2.0]), np.zeros(0))),
        ("(0.5, 0.25, 0.125)", np.array([0.5, 0.25, 0.125])),
        ("np.array([0.5, 1, np.float32(2)], dtype=object)", np.array([0.5, 1.0, 2.0])),
        ("np.array(0.5, dtype=object)", np.array(0.5)),
        ("[np.array([1, 2], dtype=object), [3, 4], (5, 6)]", np.array([[1.0, 2], [3, 4], [5, 6]])),
        (
            "(np.array([1, 2, 3], dtype=object), [4.0, 5.0, 6.0])",
            (np.array([1.0, 2, 3]), np.array([4.0, 5, 6])),
        ),
        (
            "(Series([1, 2, 3]), [Series([4]), Series([5]), 6])",
            (np.array([1.0, 2, 3]), np.array([4.0, 5, 6])),
        ),
        ("[decimal.Decimal('0.5'), fractions.Fraction(1, 4), 1.0]", np.array([0.5, 0.25, 1.0])),
        (
            "(array.array('d', [1, 2, 3]), collections.UserList([4, 5, 6]))",
            (np.array([1.0, 2, 3]), np.array([4.0, 5, 6])),
        ),
        ("np.array(['a'])", Opaque("ndarray")),
        ("np.array([1 + 0j])", Opaque("ndarray")),
        ("10 ** 400", Opaque("int")),
        ("object()", Opaque("object")),
        ("[1, 'a', 2]", (np.array(1.0), Opaque("str"), np.array(2.0))),
        ("[[[[[[1, 2], 3], 4], 5], 6], 7, 8]", None),
    ],
)
def test_what_a_function_returns(run: Run, expression: str, expected: object) -> None:
    source = f"import array, collections, decimal, fractions, numpy as np\n{SERIES}"
    _, (trace,) = run(f"{source}def f():\n    return {expression}", calls=[call("f")])
    assert trace.outcome is Outcome.RETURNED
    if expression.startswith("[[[[[["):  # deeper than it is looked into
        assert "Opaque" in repr(trace.value)
    else:
        assert_same(trace.value, expected)


def assert_same(value: object, expected: object) -> None:
    if isinstance(expected, tuple):
        assert isinstance(value, tuple)
        assert len(value) == len(expected)
        for part, expected_part in zip(value, expected, strict=True):
            assert_same(part, expected_part)
    elif isinstance(expected, np.ndarray):
        assert isinstance(value, np.ndarray)
        assert value.dtype == np.float64
        assert value.shape == expected.shape
        np.testing.assert_array_equal(value, expected)
    elif isinstance(expected, Keyed):
        assert isinstance(value, Keyed)
        assert value.type_name == expected.type_name
        assert [key for key, _ in value.entries] == [key for key, _ in expected.entries]
        for (_, part), (_, expected_part) in zip(value.entries, expected.entries, strict=True):
            assert_same(part, expected_part)
    else:
        assert value == expected


def test_a_generator_computes_with_what_the_call_gave(run: Run) -> None:
    """It has no parameter for them and is read while they are there."""
    source = "def f():\n    for x in X:\n        yield eta * x"
    _, (trace,) = run(source, calls=[call("f", X=np.array([1.0, 2.0, 3.0]), eta=2.0)])
    assert_same(trace.value, np.array([2.0, 4.0, 6.0]))


def test_a_generator_that_raises_has_raised(run: Run) -> None:
    _, (trace,) = run("def f():\n    yield 1.0\n    yield 1 / 0", calls=[call("f")])
    assert trace.outcome is Outcome.RAISED
    assert trace.fault is not None
    assert (trace.fault.kind, trace.fault.line) == ("ZeroDivisionError", 3)


@pytest.mark.parametrize(
    "endless",
    ["iter(int, 1)", "[iter(int, 1), iter(int, 1)]", "[[i] * (i % 2 + 2) for i in range(30_000)]"],
)
def test_what_has_no_end_or_too_many_parts_is_too_much(run: Run, endless: str) -> None:
    _, (trace,) = run(f"def f():\n    return {endless}", calls=[call("f")])
    assert trace.outcome is Outcome.FLOODED


def test_keys_that_the_source_does_not_name_are_not_shown(run: Run) -> None:
    source = "def f(x):\n    return {chr(97 + int(x)) * 3: 1, 'w': 2, 'b': 3}"
    _, (trace,) = run(source, calls=[call("f", x=5.0)])
    assert isinstance(trace.value, Keyed)
    assert [key for key, _ in trace.value.entries] == ["…", "w", "b"]


def test_arguments_arrive_as_fresh_copies_of_the_right_types(run: Run) -> None:
    source = """
import numpy as np
def f(X, n, eta):
    ok = type(X) is np.ndarray and type(n) is int and type(eta) is float and X.flags.writeable
    X[0] = 99.0
    return np.array([ok, X.sum()])
"""
    X = np.array([1.0, 2.0])
    request = call("f", X=X, n=3, eta=0.5)
    _, traces = run(source, calls=[request, request])
    for trace in traces:
        assert_same(trace.value, np.array([1.0, 101.0]))
        assert_same(trace.changed["X"], np.array([99.0, 2.0]))
        assert set(trace.changed) == {"X"}
    assert X[0] == 1.0


def test_what_the_signature_lacks_becomes_a_global_for_the_call(run: Run) -> None:
    source = """
eta = 'the notebook\\'s own'
def f(X):
    return sum(X) * eta * beta
def g():
    return [eta == 'the notebook\\'s own', 'beta' in globals()]
"""
    request = call("f", X=np.array([1.0, 2.0]), eta=2.0, beta=3.0)
    _, (trace, after) = run(source, calls=[request, call("g")])
    assert trace.value == 18.0
    assert trace.unreceived == ("eta", "beta")
    assert_same(after.value, (np.array(1.0), np.array(0.0)))


def test_all_kinds_of_parameters(run: Run) -> None:
    source = """
def only(a, /, b, *, c=5): return [a, b, c]
def rest(a, **others): return [a, others['b'], others['c']]
def star(*a): return len(a) + b
class Adam:
    def __call__(self, a, b, c): return [a, b, c]
adam = Adam()
import functools
part = functools.partial(only, c=7)
def exact(c, b, *, a=0.0): return [a, b, c]
@functools.wraps(exact)
def wrapped(**all): return exact(**all)
def of_pairs(pairs, c): return [*pairs, c]
@functools.wraps(of_pairs)
def remade(a, b, c): return of_pairs((a, b), c)
"""
    names = ("only", "rest", "adam", "part", "exact", "wrapped", "remade")
    calls = [call(name, a=1.0, b=2.0, c=3.0) for name in names]
    _, traces = run(source, calls=[*calls, call("star", a=1.0, b=2.0)])
    for trace in traces[:-1]:
        assert_same(trace.value, np.array([1.0, 2.0, 3.0]))
        assert trace.unreceived == ()
    assert traces[-1].value == 2.0
    assert traces[-1].unreceived == ("a", "b")


def test_a_parameter_that_nothing_is_passed_for_is_named(run: Run) -> None:
    _, (trace,) = run("def f(X, learning_rate):\n    return 1", calls=[call("f", X=1.0)])
    assert trace.outcome is Outcome.RAISED
    assert trace.fault is not None
    assert trace.fault.kind == "TypeError"
    assert "'learning_rate'" in trace.fault.message


@pytest.mark.parametrize("source", ["", "f = 3", "def g(): pass"])
def test_a_function_that_is_not_there(run: Run, source: str) -> None:
    _, (trace,) = run(source, calls=[call("f")])
    assert trace.outcome is Outcome.MISSING


def test_a_fault_says_where(run: Run) -> None:
    source = "def helper(x):\n    return x[10]\n\ndef f(X):\n    return helper(X)"
    _, (trace,) = run("", source, calls=[call("f", X=np.zeros(3))])
    assert trace.fault is not None
    assert (trace.fault.kind, trace.fault.cell, trace.fault.line) == ("IndexError", 2, 2)
    assert trace.fault.code == "return x[10]"
    assert trace.fault.message == "index … is out of bounds for axis … with size …"


def test_neuron_gradients_are_right_for_numbers_and_vectors(run: Run) -> None:
    source = """
import numpy as np
def f(w, b, x, y, grad_w, grad_b):
    return [grad_w(w, b, x, y), grad_b(x=x, y=y, w=w, b=b)]
def types(grad_w):
    one = grad_w(np.array(1.0), np.float64(0), 2, 1)
    vector = grad_w([1.0, 2.0], 0.0, np.ones(2), 1)
    flat = grad_w(np.array([1.0]), np.array([0.0]), 2.0, 1.0)
    many = grad_w(1.0, 0.0, np.array([2.0, 3.0]), np.array([1.0, 1.0]))
    same = [flat == one, many.shape == (2,), np.isclose(many[0], one, rtol=1e-12)]
    w, x = np.array([1.0, 2.0]), np.ones(2)
    listed = grad_w([1.0, 2.0], [0.5], [1.0, 1.0], 1)
    for b in (0.5, np.float64(0.5), np.array(0.5), np.array([0.5])):
        for y in (1, 1.0, np.array(1.0)):
            same.append(np.allclose(grad_w(w, b, x, y), listed, rtol=1e-12, atol=0))
            same.append(grad_w(w.astype(int), b, x.astype(int), y).shape == (2,))
            same.append(type(grad_w(1.0, b, np.float64(2.0), y)) is np.float64)
    short = grad_w(w[:1], 0.5, x[:1], 1)
    same += [short.shape == (1,), np.isclose(short[0], grad_w(1.0, 0.5, 1.0, 1), rtol=1e-12)]
    return [type(one) is np.float64, vector.shape == (2,), *same]
"""
    kind = Neuron(scale=3.0, low=-1.0, high=2.0, gain=0.7)
    gradients = {"grad_w": Gradient("w", kind), "grad_b": Gradient("b", kind)}
    for w, x in ((0.3, 1.7), (np.array([0.3, -0.2]), np.array([1.7, 0.4]))):
        _, traces = run(
            source,
            calls=[call("f", w=w, b=0.1, x=x, y=0.9, **gradients), call("types", **gradients)],
        )
        expected = _derivatives(kind, w, 0.1, x, 0.9)
        (by_w, by_b), kinds = traces[0].value, traces[1].value
        np.testing.assert_allclose(by_w, expected[0], rtol=1e-6)
        np.testing.assert_allclose(by_b, expected[1], rtol=1e-6)
        assert np.all(kinds == 1.0)


def test_a_neuron_that_rests_answers_0_there_and_nothing_else_elsewhere(run: Run) -> None:
    source = """
import numpy as np
Z = np.array([-1.9, -1.2, -0.4, 0.3, 1.4, 2.2])

def by_number(grad_w, grad_b):
    asked = [(grad_w(w, 0.0, 2.0, 1.0), grad_b(w, 0.0, 2.0, 1.0)) for w in Z / 2]
    assert all(type(one) is np.float64 for pair in asked for one in pair)
    assert grad_w(np.inf, 0.0, 2.0, 1.0) == grad_b(-np.inf, 0.0, 2.0, 1.0) == 0
    return np.array(asked)

def by_number_in_other_forms(grad_w, grad_b):
    for_w = [grad_w(np.array(w), np.array([0.0]), 2, np.array(1.0)) for w in Z / 2]
    return np.array([for_w, [grad_b(np.array(w), 0, 2, 1) for w in Z / 2]]).T

def by_vector(grad_w, grad_b):
    x = np.array([2.0, 0.0])
    places = [np.array([w, 5.0]) for w in Z / 2]
    pairs = [(grad_w(w, 0.0, x, 1.0), grad_b(w.tolist(), 0.0, x, 1.0)) for w in places]
    assert all(of_w.shape == (2,) and of_w[1] == 0 for of_w, _ in pairs)
    assert grad_b(np.array([np.inf, 5.0]), 0.0, x + 1, 1.0) == 0
    return np.array([(of_w[0], of_b) for of_w, of_b in pairs])

def of_all_points(grad_w, grad_b):
    points = np.stack([Z, np.zeros(6)], axis=1)
    of_w = grad_w(np.array([1.0, 5.0]), 0.0, points, np.ones(6))
    of_b = grad_b(np.array([1.0, 5.0]), 0.0, points, np.ones(6))
    assert of_w.shape == (6, 2)
    assert (grad_b(1.0, 0.0, Z, np.ones(6)) == of_b).all()
    return np.stack([of_w[:, 0] / Z * 2, of_b], axis=1)
"""
    kind = Neuron(scale=3.0, low=-1.0, high=2.0, gain=0.7)
    resting = replace(kind, rests=2.0)
    names = ("by_number", "by_number_in_other_forms", "by_vector", "of_all_points")
    calls = [
        call(name, grad_w=Gradient("w", of), grad_b=Gradient("b", of))
        for name in names
        for of in (kind, resting)
    ]
    _, traces = run(source, calls=calls)
    z = np.array([-1.9, -1.2, -0.4, 0.3, 1.4, 2.2])
    awake = np.sin(2.0 * z) >= 0
    assert 0 < awake.sum() < len(z)
    for always, at_times in zip(traces[::2], traces[1::2], strict=True):
        assert (at_times.value[~awake] == 0).all()
        assert (at_times.value[awake] == always.value[awake]).all()
        assert (always.value != 0).all()


@pytest.mark.parametrize(
    ("signature", "answer"),
    [("a, b=5", 15.0), ("a, **others", 12.0), ("a, b", None), ("b=7, *, a", 17.0)],
)
def test_what_may_be_left_out_is_where_a_parameter_has_its_name(
    run: Run, signature: str, answer: float | None
) -> None:
    """Who takes all that comes has said no default; who deleted one that was given has none."""
    source = f"def f({signature}): return 10 * a + (others['b'] if 'others' in vars() else b)"
    _, (trace,) = run(source, calls=[Call("f", "f", {"a": 1, "b": 2}, left_out=("b",))])
    if answer is None:
        assert trace.outcome is Outcome.RAISED
    else:
        assert float(trace.value) == answer


def _derivatives(kind: Neuron, w, b, x, y):  # type: ignore[no-untyped-def]
    """By central differences of the loss that the model's docstring states."""

    def loss(w, b):  # type: ignore[no-untyped-def]
        s = kind.low + (kind.high - kind.low) * (1 + np.tanh(kind.gain * (np.dot(w, x) + b))) / 2
        return kind.scale / 2 * (s - y) ** 2

    h = 1e-5
    directions = np.eye(len(w)) if np.ndim(w) else [1.0]
    by_w = [(loss(w + h * d, b) - loss(w - h * d, b)) / (2 * h) for d in directions]
    return (by_w if np.ndim(w) else by_w[0]), (loss(w, b + h) - loss(w, b - h)) / (2 * h)


def test_streams_replay_rows_by_distinct_points(run: Run) -> None:
    source = """
def f(grad_w, grad_b):
    points = [(0.0, 0.0), (0.0, 0.0), (1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]
    return [float(grad_w(w, b, 1, 1)) for w, b in points] + [float(grad_b(9.0, 9.0, 1, 1))]
"""
    values = np.array([10.0, 20.0, 30.0])
    gradients = {of: Gradient(of[-1], Stream(values)) for of in ("grad_w", "grad_b")}
    request = call("f", **gradients)
    _, traces = run(source, calls=[request, request])
    for trace in traces:  # each call starts anew, each function has its own clock
        assert_same(trace.value, np.array([10.0, 10, 20, 10, 30, 30, 30, 10]))


def test_a_stream_knows_where_code_was_that_moves_w_in_place(run: Run) -> None:
    source = """
import numpy as np
def f(grad_w):
    w, asked = np.array([1.0, 2.0]), []
    for step in (0.5, 0.5, -0.5):  # the last leads back
        asked.append(grad_w(w, 0.0, 1, 1)[0])
        w -= step
    return asked + [grad_w(w, 0.0, 1, 1)[0]]
"""
    stream = Gradient("w", Stream(np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])))
    _, (trace,) = run(source, calls=[call("f", grad_w=stream)])
    assert_same(trace.value, np.array([1.0, 2.0, 3.0, 2.0]))


def test_vector_streams_cannot_be_spoilt_by_the_student(run: Run) -> None:
    source = """
import numpy as np
def f(grad_w):
    g = grad_w(np.zeros(2), 0.0, 1, 1)
    g += 100
    return grad_w(np.zeros(2), 0.0, 1, 1)
"""
    stream = Gradient("w", Stream(np.array([[1.0, 2.0], [3.0, 4.0]])))
    _, (trace,) = run(source, calls=[call("f", grad_w=stream)])
    assert_same(trace.value, np.array([1.0, 2.0]))


def test_one_bad_function_does_not_cost_the_others(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "MAX_PRINTED", 8 << 20)
    source = """
import os, ctypes
def good(X): return X + 1
def hangs(X):
    while True: pass
def exits(X): os._exit(0)
def leaves(X): raise SystemExit
def crashes(X): ctypes.string_at(0)
def hungry(X): return bytearray(8 << 30)
def floods(X):
    while True: os.write(1, b'x' * 1_000_000)
def large(X): return __import__('numpy').zeros(10_000_000)
def late(X): return X + 2
"""
    names = ["good", "hangs", "exits", "leaves", "crashes", "hungry", "floods", "large", "late"]
    limits = Limits(call_seconds=0.5)
    _, traces = run(source, calls=[call(name, X=1.0) for name in names], limits=limits)
    assert [trace.outcome.value for trace in traces] == [
        "returned", "timed_out", "exited", "exited", "crashed", "out_of_memory", "flooded",
        "flooded", "returned",
    ]  # fmt: skip
    assert (traces[0].value, traces[-1].value) == (2.0, 3.0)


def test_a_function_that_hangs_twice_is_given_up(box: Sandbox) -> None:
    source = "def f(n):\n    while n:\n        pass\n    return 1.0\ndef g():\n    return 2.0"
    with box.open([Cell(1, source)], SHORT) as session:
        traces = session.call([Call(str(n), "f", {"n": n}) for n in [0, 1, 0, *range(1, 40), 0]])
        (other,) = session.call([call("g")])
    outcomes = [trace.outcome for trace in traces]
    assert outcomes[:3] == [Outcome.RETURNED, Outcome.TIMED_OUT, Outcome.RETURNED]
    assert set(outcomes[3:]) == {Outcome.TIMED_OUT}
    assert other.value == 2.0
    assert session.usage.wall_seconds < 5.0


def test_the_processes_of_one_submission_are_counted(run: Run) -> None:
    names = [f"f{number}" for number in range(12)]
    source = "import os\n" + "\n".join(f"def {name}(): os._exit(0)" for name in names)
    _, traces = run(source, calls=[call(name) for name in names for _ in range(3)])
    assert {trace.outcome for trace in traces} == {Outcome.EXITED}


FIND_FORMULA = """
import gc, types
def go():
    functions = [x for x in gc.get_objects() if isinstance(x, types.FunctionType)]
    return sum(function.__name__ == "neuron" for function in functions)
def ask(grad_w):
    return [go(), grad_w(0.0, 0.0, 1.0, 1.0)]
def hang(grad_w=None):
    while True: pass
"""


def test_a_fresh_child_holds_the_formula_only_where_gradients_are_asked_for(box: Sandbox) -> None:
    gradient = {"grad_w": Gradient("w", Neuron())}
    with box.open([Cell(1, FIND_FORMULA)], SHORT) as session:
        hung, before = session.call([call("hang"), call("go")])
        (with_it,) = session.call([call("ask", **gradient)])
        (hung_again,) = session.call([call("hang", **gradient)])
        (after,) = session.call([call("go")])
        (with_it_again,) = session.call([call("ask", **gradient)])
    assert {hung.outcome, hung_again.outcome} == {Outcome.TIMED_OUT}
    assert before.value == 0.0
    assert after.value == 0.0
    for trace in (with_it, with_it_again):
        assert_same(trace.value, (np.array(1.0), np.array(-0.125)))


PEEK = """
import os
def peek():
    os.set_blocking(4, False)  # where its requests come from
    try:
        return float(len(os.read(4, 1 << 20)))
    except BlockingIOError:
        return 0.0
    finally:
        os.set_blocking(4, True)
"""


def test_the_formula_is_not_even_on_its_way_while_earlier_calls_run(box: Sandbox) -> None:
    calls = [call("peek"), call("go"), call("ask", grad_w=Gradient("w", Neuron()))]
    with box.open([Cell(1, FIND_FORMULA), Cell(2, PEEK)], Limits()) as session:
        seen, found, with_it = session.call(calls)
    assert (seen.value, found.value) == (0.0, 0.0)
    assert_same(with_it.value, (np.array(1.0), np.array(-0.125)))


def test_a_submission_has_a_time_in_all(box: Sandbox) -> None:
    """Each call is quick enough; together they would hold a worker for minutes."""
    source = (
        "import time\ndef nap():\n    end = time.process_time() + 0.06\n"
        "    while time.process_time() < end: pass\n    return 1.0\ndef other(): return 2.0"
    )
    with box.open([Cell(1, source)], Limits(total_seconds=0.3)) as session:
        traces = session.call([call("nap")] * 500)
        (other,) = session.call([call("other")])
    outcomes = [trace.outcome for trace in traces]
    done = outcomes.count(Outcome.RETURNED)
    assert 1 <= done < 10
    assert outcomes == [Outcome.RETURNED] * done + [Outcome.TIMED_OUT] * (500 - done)
    assert other.outcome is Outcome.TIMED_OUT
    messages = {trace.fault.message for trace in (traces[done], other) if trace.fault}
    assert messages == {
        "had to stop: all 0.3 s are used up",
        "was not run: this submission has used up its 0.3 s",
    }


def test_judging_between_calls_does_not_count(box: Sandbox) -> None:
    with box.open([Cell(1, "def f(): return 1.0")], Limits(total_seconds=0.8)) as session:
        values = []
        for _ in range(3):
            values.append(session.call([call("f")])[0].value)
            time.sleep(0.4)
    assert values == [1.0] * 3


def test_a_notebook_that_uses_up_the_time_leaves_none_for_calls(box: Sandbox) -> None:
    with box.open([Cell(1, "def f(): return 1\nwhile True: pass")], Limits(total_seconds=0.1)) as s:
        (trace,) = s.call([call("f")])
    assert s.notebook.outcome is Outcome.TIMED_OUT
    assert s.notebook.faults[1].line == 2
    assert trace.outcome is Outcome.TIMED_OUT
    assert s.usage.wall_seconds < 1.0


def test_what_is_printed_beyond_the_cap_is_dropped_and_costs_nothing(run: Run) -> None:
    source = "import os\nfor _ in range(50): os.write(1, b'x' * 1_000_000)\ndef f(): return 1"
    loud = "def loud():\n    for _ in range(500): print('x' * 100_000)\n    return 2"
    notebook, traces = run(f"{source}\n{loud}", calls=[call("f"), call("loud")])
    assert notebook.outcome is Outcome.RETURNED
    assert notebook.printed == "x" * QUICK.output
    assert [trace.value for trace in traces] == [1.0, 2.0]


def test_several_batches_share_one_namespace(box: Sandbox) -> None:
    source = "n = 0\ndef count():\n    global n\n    n += 1\n    return n"
    with box.open([Cell(1, source)], Limits()) as session:
        values = [session.call([call("count")] * 2)[1].value for _ in range(2)]
    assert values == [2.0, 4.0]


def test_a_fresh_process_finds_the_functions_as_the_cells_left_them(box: Sandbox) -> None:
    source = "seen = []\ndef f():\n    seen.append(1)\n    return len(seen)"
    with box.open([Cell(1, source)], Limits()) as session:
        (first,) = session.call([call("f")])
        (second,) = session.call([call("f")])
        (third,) = session.call([call("f")], fresh=True)
    assert [first.value, second.value, third.value] == [1, 2, 1]


def test_a_function_that_was_given_up_stays_so_in_later_batches(box: Sandbox) -> None:
    source = "def f():\n    while True: pass"
    batch = [Call(f"call {number}", "f", {}) for number in range(2)]
    with box.open([Cell(1, source)], SHORT) as session:
        session.call(batch)
        begun = time.monotonic()
        later = session.call(batch)
    assert [trace.outcome for trace in later] == [Outcome.TIMED_OUT] * 2
    assert time.monotonic() - begun < SHORT.call_seconds


def test_many_large_calls_flow_both_ways(run: Run) -> None:
    X = np.arange(20_000.0)
    _, traces = run("def f(X):\n    return X", calls=[call("f", X=X)] * 30)
    assert all(np.array_equal(trace.value, X) for trace in traces)  # type: ignore[arg-type]


def test_usage_comes_from_the_kernel(box: Sandbox) -> None:
    source = """
import time
from dataclasses import replace
time.process_time = lambda: 0.0
kept = bytearray(b'x' * (100 << 20))
start = time.perf_counter()
while time.perf_counter() - start < 0.1: pass
"""
    with box.open([Cell(1, source)], Limits()) as session:
        pass
    assert session.usage.cpu_seconds >= 0.09
    assert session.usage.wall_seconds >= 0.1
    assert session.usage.peak_memory >= 100 << 20


def test_the_same_answer_to_the_same_call_is_one_object(run: Run) -> None:
    same = call("f", x=1.0)
    answers = [
        run(f"import numpy as np\ndef f(x):\n    return {value}", calls=[same])[1][0]
        for value in ("np.array([x, 2, 2])", "[x, 2, 2]", "[x, 2, 3]")
    ]
    assert answers[0] is answers[1]
    assert answers[2] is not answers[0]
    assert_same(answers[2].value, np.array([1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match="read-only"):
        answers[0].value[0] = 5.0  # type: ignore[index]


@pytest.mark.parametrize(
    "body",
    ["return Odd()", "x[0] = 7.0\n    return 1.0", "raise ValueError('no')", "return [1, Odd()]"],
)
def test_an_answer_with_more_to_it_than_numbers_is_read_for_its_own_submission(
    run: Run, body: str
) -> None:
    same = call("f", x=np.zeros(2))
    source = f"class Odd: pass\ndef f(x):\n    {body}"
    first, second = (run(source, calls=[same])[1][0] for _ in range(2))
    assert first is not second
    assert repr(first) == repr(second)


def test_long_answers_are_not_kept(run: Run) -> None:
    same = call("f")
    source = "import numpy as np\ndef f():\n    return np.zeros(1000)"
    first, second = (run(source, calls=[same])[1][0] for _ in range(2))
    assert first is not second
    assert_same(first.value, second.value)


def test_a_sleep_is_paid_for_and_not_waited_for(box: Sandbox) -> None:
    source = (
        "import time\ndef naps(times):\n"
        "    for _ in range(int(times)): time.sleep(0.25)\n    return 1.0\n"
    )
    calls = [Call("few", "naps", {"times": 3}), Call("many", "naps", {"times": 30})]
    started = time.monotonic()
    with box.open([Cell(1, source)], Limits(call_seconds=2.0)) as session:
        few, many = session.call(calls)
    assert time.monotonic() - started < 30 * 0.25
    assert few.outcome is Outcome.RETURNED
    assert many.outcome is Outcome.TIMED_OUT
    assert many.fault is not None
    assert many.fault.message == "used more than 2 s of processor time in one call"
