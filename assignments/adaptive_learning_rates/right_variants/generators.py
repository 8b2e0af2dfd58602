"""Generators yield the path; a function sends them gradients."""
from itertools import islice

import numpy as np


def f(w, b, x):
    return np.reciprocal(1 + np.exp(-(np.vdot(w, x) + b)))


def grad_w(w, b, x, y):
    o = f(w, b, x)
    return (o - y) * o * (1 - o) * x


def grad_b(w, b, x, y):
    o = f(w, b, x)
    return (o - y) * o * (1 - o)


def adagrad_steps(eta, eps):
    v, step = 0, None
    while True:
        g = yield step
        v = v + g**2
        step = eta / np.sqrt(v + eps) * g


def rmsprop_steps(eta, beta, eps):
    v, step = 0, None
    while True:
        g = yield step
        v = beta * v + (1 - beta) * g**2
        step = eta / np.sqrt(v + eps) * g


def adam_steps(eta, beta1, beta2, eps):
    m, v, t, step = 0, 0, 0, None
    while True:
        g = yield step
        t += 1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        step = eta / np.sqrt(correct_bias(v, beta2, t) + eps) * correct_bias(m, beta1, t)


def walk(X, Y, w, b, grad_w, grad_b, for_w, for_b):
    next(for_w)
    next(for_b)
    while True:
        yield w, b
        dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        w, b = w - for_w.send(dw), b - for_b.send(db)


def path(steps, X, Y, init_w, init_b, max_epochs, grad_w, grad_b):
    points = list(islice(walk(X, Y, init_w, init_b, grad_w, grad_b, *steps), max_epochs + 1))
    return [w for w, _ in points], [b for _, b in points]


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    steps = adagrad_steps(eta, eps), adagrad_steps(eta, eps)
    return path(steps, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    steps = rmsprop_steps(eta, beta, eps), rmsprop_steps(eta, beta, eps)
    return path(steps, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    steps = adam_steps(eta, beta1, beta2, eps), adam_steps(eta, beta1, beta2, eps)
    return path(steps, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


explanation = "Each epoch adds to v and nothing takes away from it."
