"""The assignment's names are instances with __call__; hyper-parameters are attributes of the call."""
import numpy as np


class Rule:
    hyper = {}

    def __call__(self, X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, **hyper):
        h = {**self.hyper, "eta": eta, **hyper}
        trail = np.empty(max_epochs + 1, dtype=object)
        trail[0] = (init_w, init_b)
        memories = self.blank(), self.blank()
        for epoch in range(1, max_epochs + 1):
            w, b = trail[epoch - 1]
            slopes = [0.0, 0.0]
            for x, y in zip(X, Y):
                slopes = [slopes[0] + grad_w(w, b, x, y), slopes[1] + grad_b(w, b, x, y)]
            trail[epoch] = tuple(
                p - self.move(memory, g, epoch, h) for p, memory, g in zip((w, b), memories, slopes)
            )
        return [p[0] for p in trail], [p[1] for p in trail]

    def blank(self):
        return [0.0, 0.0]


class AdaGrad(Rule):
    hyper = {"eps": 1e-8}

    def move(self, memory, g, t, h):
        memory[1] = memory[1] + g**2
        return h["eta"] * g / np.sqrt(memory[1] + h["eps"])


class RMSProp(Rule):
    hyper = {"beta": 0.9, "eps": 1e-8}

    def move(self, memory, g, t, h):
        memory[1] = h["beta"] * memory[1] + (1 - h["beta"]) * g**2
        return h["eta"] * g / np.sqrt(memory[1] + h["eps"])


class Adam(Rule):
    hyper = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}

    def move(self, memory, g, t, h):
        memory[0] = h["beta1"] * memory[0] + (1 - h["beta1"]) * g
        memory[1] = h["beta2"] * memory[1] + (1 - h["beta2"]) * g**2
        return (h["eta"] * correct_bias(memory[0], h["beta1"], t)
                / np.sqrt(correct_bias(memory[1], h["beta2"], t) + h["eps"]))


class Sigmoid:
    def __call__(self, w, b, x):
        return 1 / (1 + np.exp(-(np.dot(w, x) + b)))


class Slope:
    def __init__(self, inner):
        self.inner = inner

    def __call__(self, w, b, x, y):
        s = f(w, b, x)
        return (s - y) * s * (1 - s) * self.inner(x)


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


f = Sigmoid()
grad_w, grad_b = Slope(lambda x: x), Slope(lambda x: 1)
do_adagrad, do_rmsprop, do_adam = AdaGrad(), RMSProp(), Adam()
explanation = "The memory of AdaGrad is a sum and not a mean."
