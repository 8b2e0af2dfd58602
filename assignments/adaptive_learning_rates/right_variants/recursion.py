"""Everything by recursion."""
import sys

import numpy as np

sys.setrecursionlimit(20_000)


def f(w, b, x):
    return 1 / (1 + np.exp(-(np.dot(w, x) + b)))


def grad_w(w, b, x, y):
    return x * grad_b(w, b, x, y)


def grad_b(w, b, x, y):
    return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x))


def total(g, w, b, X, Y):
    """Sum of g over the points: the halves are summed apart."""
    n = len(X)
    if n == 1:
        return g(w, b, X[0], Y[0])
    return total(g, w, b, X[: n // 2], Y[: n // 2]) + total(g, w, b, X[n // 2 :], Y[n // 2 :])


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8, v=(0, 0)):
    if max_epochs == 0:
        return [init_w], [init_b]
    dw = total(grad_w, init_w, init_b, X, Y)
    db = total(grad_b, init_w, init_b, X, Y)
    v = v[0] + dw**2, v[1] + db**2
    rest_w, rest_b = do_adagrad(
        X, Y,
        init_w - eta * dw / np.sqrt(v[0] + eps),
        init_b - eta * db / np.sqrt(v[1] + eps),
        max_epochs - 1, grad_w, grad_b, eta, eps, v,
    )
    return [init_w, *rest_w], [init_b, *rest_b]


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8, v=(0, 0)):
    if max_epochs == 0:
        return [init_w], [init_b]
    dw = total(grad_w, init_w, init_b, X, Y)
    db = total(grad_b, init_w, init_b, X, Y)
    v = beta * v[0] + (1 - beta) * dw**2, beta * v[1] + (1 - beta) * db**2
    rest_w, rest_b = do_rmsprop(
        X, Y,
        init_w - eta * dw / np.sqrt(v[0] + eps),
        init_b - eta * db / np.sqrt(v[1] + eps),
        max_epochs - 1, grad_w, grad_b, eta, beta, eps, v,
    )
    return [init_w, *rest_w], [init_b, *rest_b]


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    def go(w, b, m_w, m_b, v_w, v_b, t):
        here = ([w], [b])
        if t > max_epochs:
            return here
        dw, db = total(grad_w, w, b, X, Y), total(grad_b, w, b, X, Y)
        m_w, m_b = beta1 * m_w + (1 - beta1) * dw, beta1 * m_b + (1 - beta1) * db
        v_w, v_b = beta2 * v_w + (1 - beta2) * dw**2, beta2 * v_b + (1 - beta2) * db**2
        new_w = w - eta * correct_bias(m_w, beta1, t) / np.sqrt(correct_bias(v_w, beta2, t) + eps)
        new_b = b - eta * correct_bias(m_b, beta1, t) / np.sqrt(correct_bias(v_b, beta2, t) + eps)
        there = go(new_w, new_b, m_w, m_b, v_w, v_b, t + 1)
        return here[0] + there[0], here[1] + there[1]

    return go(init_w, init_b, 0, 0, 0, 0, 1)


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


explanation = "The sum of squares is never smaller than it was; the dense b suffers most."
