"""State in dataclasses; each step returns a new state."""
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Slot:
    value: Any
    m: Any = 0.0
    v: Any = 0.0


@dataclass(frozen=True)
class State:
    w: Slot
    b: Slot
    t: int = 0


@dataclass
class History:
    w: list = field(default_factory=list)
    b: list = field(default_factory=list)

    def note(self, state):
        self.w.append(state.w.value)
        self.b.append(state.b.value)


def f(w, b, x):
    return 1.0 / (1.0 + np.exp(-(w @ x if np.ndim(x) else w * x) - b))


def grad_w(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx) * x


def grad_b(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx)


def run(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b):
    state, history = State(Slot(init_w), Slot(init_b)), History()
    history.note(state)
    for _ in range(max_epochs):
        dw, db = 0.0, 0.0
        for x, y in zip(X, Y):
            dw = dw + grad_w(state.w.value, state.b.value, x, y)
            db = db + grad_b(state.w.value, state.b.value, x, y)
        t = state.t + 1
        state = State(step(state.w, dw, t), step(state.b, db, t), t)
        history.note(state)
    return history.w, history.b


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    def step(slot, g, t):
        v = slot.v + g**2
        return replace(slot, v=v, value=slot.value - eta / np.sqrt(v + eps) * g)

    return run(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    def step(slot, g, t):
        v = beta * slot.v + (1 - beta) * g**2
        return replace(slot, v=v, value=slot.value - eta / np.sqrt(v + eps) * g)

    return run(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    def step(slot, g, t):
        m = beta1 * slot.m + (1 - beta1) * g
        v = beta2 * slot.v + (1 - beta2) * g**2
        m_hat, v_hat = correct_bias(m, beta1, t), correct_bias(v, beta2, t)
        return Slot(slot.value - eta / np.sqrt(v_hat + eps) * m_hat, m, v)

    return run(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


explanation = "The rate for b decays to nothing although the gradient is not yet zero."
