"""itertools.accumulate carries (w, b, state) through the epochs."""
from itertools import accumulate, repeat

import numpy as np


def f(w, b, x):
    return 1 / (1 + np.exp(-(np.einsum("...i,...i", np.atleast_1d(w), np.atleast_1d(x)) + b)))


def grad_w(w, b, x, y):
    o = f(w, b, x)
    return (o - y) * o * (1 - o) * x


def grad_b(w, b, x, y):
    o = f(w, b, x)
    return (o - y) * o * (1 - o)


def correct_bias(moment, beta, t):
    return moment / -np.expm1(t * np.log(beta)) if beta > 0 else moment


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    def step(state, _):
        w, b, vw, vb = state
        dw = sum(map(grad_w, repeat(w), repeat(b), X, Y))
        db = sum(map(grad_b, repeat(w), repeat(b), X, Y))
        vw, vb = vw + dw**2, vb + db**2
        return w - eta / np.sqrt(vw + eps) * dw, b - eta / np.sqrt(vb + eps) * db, vw, vb

    states = list(accumulate(range(max_epochs), step, initial=(init_w, init_b, 0.0, 0.0)))
    return [s[0] for s in states], [s[1] for s in states]


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    def step(state, _):
        w, b, vw, vb = state
        dw = sum(map(grad_w, repeat(w), repeat(b), X, Y))
        db = sum(map(grad_b, repeat(w), repeat(b), X, Y))
        vw, vb = beta * vw + (1 - beta) * dw**2, beta * vb + (1 - beta) * db**2
        return w - eta / np.sqrt(vw + eps) * dw, b - eta / np.sqrt(vb + eps) * db, vw, vb

    states = list(accumulate(range(max_epochs), step, initial=(init_w, init_b, 0.0, 0.0)))
    return [s[0] for s in states], [s[1] for s in states]


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    def step(state, t):
        (w, b), (mw, mb), (vw, vb) = state
        dw = sum(map(grad_w, repeat(w), repeat(b), X, Y))
        db = sum(map(grad_b, repeat(w), repeat(b), X, Y))
        mw, mb = beta1 * mw + (1 - beta1) * dw, beta1 * mb + (1 - beta1) * db
        vw, vb = beta2 * vw + (1 - beta2) * dw**2, beta2 * vb + (1 - beta2) * db**2
        w = w - eta / np.sqrt(correct_bias(vw, beta2, t) + eps) * correct_bias(mw, beta1, t)
        b = b - eta / np.sqrt(correct_bias(vb, beta2, t) + eps) * correct_bias(mb, beta1, t)
        return (w, b), (mw, mb), (vw, vb)

    start = (init_w, init_b), (0.0, 0.0), (0.0, 0.0)
    states = list(accumulate(range(1, max_epochs + 1), step, initial=start))
    return [s[0][0] for s in states], [s[0][1] for s in states]


explanation = "v accumulates (like here) and never leaks."
