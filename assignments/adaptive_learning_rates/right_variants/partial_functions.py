"""One engine; the three rules are functools.partial of it."""
from functools import partial, reduce
from operator import add

import numpy as np


def f(w, b, x):
    return 1.0 / (1.0 + np.exp(-np.dot(w, x) - b))


def _grad(factor, w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx) * factor(x)


def grad_w(w, b, x, y):
    return _grad(lambda x: x, w, b, x, y)


def grad_b(w, b, x, y):
    return _grad(lambda x: 1.0, w, b, x, y)


def _adagrad(state, g, t, eta, eps):
    v = state.get("v", 0) + g**2
    return {"v": v}, eta * g / np.sqrt(v + eps)


def _rmsprop(state, g, t, eta, beta, eps):
    v = beta * state.get("v", 0) + (1 - beta) * g**2
    return {"v": v}, eta * g / np.sqrt(v + eps)


def _adam(state, g, t, eta, beta1, beta2, eps):
    m = beta1 * state.get("m", 0) + (1 - beta1) * g
    v = beta2 * state.get("v", 0) + (1 - beta2) * g**2
    m_hat, v_hat = correct_bias(m, beta1, t), correct_bias(v, beta2, t)
    return {"m": m, "v": v}, eta * m_hat / np.sqrt(v_hat + eps)


def _train(rule, X, Y, init_w, init_b, max_epochs, grad_w, grad_b, **hyper):
    params, grads = [init_w, init_b], [grad_w, grad_b]
    states = [{}, {}]
    history = [[init_w], [init_b]]
    for t in range(1, max_epochs + 1):
        sums = [reduce(add, (g(*params, x, y) for x, y in zip(X, Y))) for g in grads]
        for k in (0, 1):
            states[k], step = rule(states[k], sums[k], t, **hyper)
            params[k] = params[k] - step
            history[k].append(params[k])
    return history


do_adagrad = partial(_train, _adagrad, eta=0.1, eps=1e-8)
do_rmsprop = partial(_train, _rmsprop, eta=0.1, beta=0.9, eps=1e-8)
do_adam = partial(_train, _adam, eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8)


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


explanation = "AdaGrad gets stuck since v_b accumulates."
