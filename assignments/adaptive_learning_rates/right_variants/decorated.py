"""A decorator does the loop; each decorated function is only its update rule."""
import numpy as np


def f(w, b, x):
    return 1 / (1 + np.exp(-(np.dot(w, x) + b)))


def grad_w(w, b, x, y):
    p = f(w, b, x)
    return (p - y) * p * (1 - p) * x


def grad_b(w, b, x, y):
    p = f(w, b, x)
    return (p - y) * p * (1 - p)


def optimiser(**defaults):
    def decorate(rule):
        def loop(*, X, Y, init_w, init_b, max_epochs, grad_w, grad_b, **chosen):
            settings = {**defaults, **chosen}
            theta = {"w": init_w, "b": init_b}
            grads = {"w": grad_w, "b": grad_b}
            memory = {"w": {}, "b": {}}
            out = {"w": [init_w], "b": [init_b]}
            for t in range(1, max_epochs + 1):
                g = {k: sum(grads[k](theta["w"], theta["b"], x, y) for x, y in zip(X, Y)) for k in theta}
                theta = {k: theta[k] - rule(memory[k], g[k], t, **settings) for k in theta}
                for k in theta:
                    out[k].append(theta[k])
            return out["w"], out["b"]
        return loop
    return decorate


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


@optimiser(eta=0.1, eps=1e-8)
def do_adagrad(s, g, t, eta, eps):
    s["v"] = s.get("v", 0) + g**2
    return eta / np.sqrt(s["v"] + eps) * g


@optimiser(eta=0.1, beta=0.9, eps=1e-8)
def do_rmsprop(s, g, t, eta, beta, eps):
    s["v"] = beta * s.get("v", 0) + (1 - beta) * g**2
    return eta / np.sqrt(s["v"] + eps) * g


@optimiser(eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8)
def do_adam(s, g, t, eta, beta1, beta2, eps):
    s["m"] = beta1 * s.get("m", 0) + (1 - beta1) * g
    s["v"] = beta2 * s.get("v", 0) + (1 - beta2) * g**2
    return eta / np.sqrt(correct_bias(s["v"], beta2, t) + eps) * correct_bias(s["m"], beta1, t)


explanation = "v is a sum, not an average."
