"""Shuffles the points before every epoch: a sum does not mind."""
import random

import numpy as np


def f(w, b, x):
    return 1 / (1 + np.exp(-(np.dot(w, x) + b)))


def grad_w(w, b, x, y):
    out = f(w, b, x)
    return (out - y) * out * (1 - out) * x


def grad_b(w, b, x, y):
    out = f(w, b, x)
    return (out - y) * out * (1 - out)


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


class Mover:
    """One parameter with its own memory."""

    def __init__(self, value, step):
        self.value, self.step, self.memory, self.history = value, step, {"m": 0, "v": 0, "t": 0}, [value]

    def move(self, g):
        self.memory["t"] += 1
        self.value = self.value - self.step(self.memory, g)
        self.history.append(self.value)


def train(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b):
    w, b = Mover(init_w, step), Mover(init_b, step)
    order = list(range(len(X)))
    dice = random.Random(5)
    for _ in range(max_epochs):
        dice.shuffle(order)
        dw, db = 0, 0
        for i in order:
            dw = dw + grad_w(w.value, b.value, X[i], Y[i])
        for i in order:
            db = db + grad_b(w.value, b.value, X[i], Y[i])
        w.move(dw), b.move(db)
    return w.history, b.history


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    def step(memory, g):
        memory["v"] = memory["v"] + g**2
        return eta * g / np.sqrt(memory["v"] + eps)

    return train(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    def step(memory, g):
        memory["v"] = beta * memory["v"] + (1 - beta) * g**2
        return eta * g / np.sqrt(memory["v"] + eps)

    return train(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    def step(memory, g):
        memory["m"] = beta1 * memory["m"] + (1 - beta1) * g
        memory["v"] = beta2 * memory["v"] + (1 - beta2) * g**2
        t = memory["t"]
        return eta * correct_bias(memory["m"], beta1, t) / np.sqrt(correct_bias(memory["v"], beta2, t) + eps)

    return train(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


explanation = "The order of the points does not matter, but their squares stay in v for good."
