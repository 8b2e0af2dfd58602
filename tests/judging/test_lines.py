"""Lines of update rules are told by what they do, however they are written; or not at all."""

from __future__ import annotations

import pytest

from autograder.judging.lines import Reading, read

ADAM = """\
def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, beta1, beta2, eps):
    w, b = init_w, init_b
    m_w = m_b = v_w = v_b = 0.0
    ws, bs = [w], [b]
    for t in range(1, max_epochs + 1):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)
        m_w = beta1 * m_w + (1 - beta1) * dw
        m_b = beta1 * m_b + (1 - beta1) * db
        v_w = beta2 * v_w + (1 - beta2) * dw**2
        v_b = beta2 * v_b + (1 - beta2) * db**2
        m_w_hat = m_w / (1 - beta1**t)
        m_b_hat = m_b / (1 - beta1**t)
        v_w_hat = v_w / (1 - math.pow(beta2, t))
        v_b_hat = v_b / (1 - math.pow(beta2, t))
        w = w - eta / np.sqrt(v_w_hat + eps) * m_w_hat
        b = b - eta / np.sqrt(v_b_hat + eps) * m_b_hat
        ws.append(w); bs.append(b)
    return ws, bs
"""


def reading(source: str) -> Reading:
    found = read(source)
    assert found is not None
    return found


def test_every_role_of_adam_has_its_line() -> None:
    adam = reading(ADAM)
    assert [adam.gradient(p) for p in "wb"] == [8, 9]
    assert [adam.moment(p, divides=False) for p in "wb"] == [10, 11]
    assert [adam.moment(p, divides=True) for p in "wb"] == [12, 13]
    assert [adam.correction(p, divides=False) for p in "wb"] == [14, 15]
    assert [adam.correction(p, divides=True) for p in "wb"] == [16, 17]
    assert [adam.step(p) for p in "wb"] == [18, 19]
    assert adam.root("w") is None, "the root stands in the step itself"


def test_without_a_correction_there_is_no_line_of_one() -> None:
    lines = [line for line in ADAM.splitlines() if "_hat =" not in line]
    adam = reading("\n".join(lines).replace("_hat", ""))
    assert adam.correction("w", divides=False) is None
    assert adam.correction("w", divides=True) is None
    assert adam.step("w") == 14


def test_augmented_assignment_new_names_and_a_root_apart() -> None:
    source = """\
def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    w = np.array(init_w)
    b = float(init_b)
    cache_w, cache_b = 0, 0
    while epoch < max_epochs:
        g_w = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        g_b = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        cache_w += g_w * g_w
        cache_b += g_b * g_b
        rate_w = eta / np.sqrt(cache_w + eps)
        rate_b = eta / (cache_b + eps) ** 0.5
        w -= rate_w * g_w
        new_b = b - rate_b * g_b
        b = new_b
        epoch += 1
"""
    found = reading(source)
    assert [found.step(p) for p in "wb"] == [12, 13]
    assert [found.root(p) for p in "wb"] == [10, 11]
    assert [found.moment(p, divides=True) for p in "wb"] == [8, 9]
    assert found.moment("w", divides=False) is None


def test_histories_that_are_the_state() -> None:
    source = """\
def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, beta, eps):
    ws, bs = [init_w], [init_b]
    sw, sb = 0.0, 0.0
    for t in range(max_epochs):
        gw = np.sum([grad_w(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)], axis=0)
        gb = np.sum([grad_b(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)], axis=0)
        sw = (1 - beta) * gw ** 2
        sb = (1 - beta) * gb ** 2
        ws.append(ws[-1] - eta * gw / np.sqrt(sw + eps))
        bs.append(bs[-1] - eta * gb / np.sqrt(sb + eps))
    return ws, bs
"""
    found = reading(source)
    assert [found.step(p) for p in "wb"] == [9, 10]
    assert [found.moment(p, divides=True) for p in "wb"] == [7, 8]


@pytest.mark.parametrize(
    "change",
    [
        ("        w = w - eta", "        w = w * 1\n        w = w - eta"),
        ("        m_w = beta1", "        m_w = m_w\n        m_w = beta1"),
        ("            dw += grad_w(w, b, x, y)", "            dw += both(w, b, x, y)[0]"),
    ],
)
def test_of_what_could_be_meant_twice_nothing_is_said(change: tuple[str, str]) -> None:
    assert change[0] in ADAM
    found = reading(ADAM.replace(*change))
    first = found.moment("w", divides=False)
    assert None in (found.step("w"), first, found.gradient("w"))
    assert found.step("b") is not None, "of the other parameter it still is"


def test_an_argument_that_is_given_a_value_of_its_own() -> None:
    source = "def f(X, eta):\n    v, eta = 0, 0.1\n    return eta\n"
    assert reading(source).given("eta") == 2
    assert reading(source).given("X") is None
    assert reading("def f(eta):\n    eta = 1\n    eta = 2\n").given("eta") is None


@pytest.mark.parametrize(
    "source", ["", "x = 1", "def f(:", "%matplotlib inline", "def f(): ...\n" * 2]
)
def test_what_is_no_function_is_not_read(source: str) -> None:
    assert read(source) is None


def test_a_method_is_read_where_it_is_indented() -> None:
    assert read("    def f(self, init_w):\n        return init_w\n") is not None


def test_endless_source_is_not_read() -> None:
    assert read("def f():\n" + "    x = 1\n" * 100_000) is None
    assert read("def f():\n    x = " + "(" * 5000 + ")" * 5000) is None
