# Takes whatever it is given as **options, and keeps its state in a dict.
import numpy as np


def _loop(update, defaults, options):
    o = {**defaults, **options}
    place = {"w": o["init_w"], "b": o["init_b"]}
    history = {"w": [place["w"]], "b": [place["b"]]}
    memory = {"w": {}, "b": {}}
    for t in range(o["max_epochs"]):
        g = {"w": 0, "b": 0}
        for x, y in zip(o["X"], o["Y"]):
            g["w"] = g["w"] + o["grad_w"](place["w"], place["b"], x, y)
            g["b"] = g["b"] + o["grad_b"](place["w"], place["b"], x, y)
        for key in "wb":
            place[key] = place[key] - update(memory[key], g[key], t, o)
            history[key].append(place[key])
    return history["w"], history["b"]


def _amsgrad(state, g, t, o):
    state["m"] = o["beta1"] * state.get("m", 0) + (1 - o["beta1"]) * g
    state["v"] = o["beta2"] * state.get("v", 0) + (1 - o["beta2"]) * g**2
    state["top"] = np.maximum(state.get("top", 0), state["v"])
    return o["eta"] * state["m"] / np.sqrt(state["top"] + o["eps"])


def _annealed(state, g, t, o):
    state["u"] = o["gamma"] * state.get("u", 0) + o["eta"] / (1 + o["decay"] * t) * g
    return state["u"]


def _no_root(state, g, t, o):
    state["v"] = state.get("v", 0) + g**2
    return o["eta"] * g / (state["v"] + o["eps"])


def do_amsgrad(**options):
    return _loop(_amsgrad, dict(eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8), options)


def do_annealed_momentum(**options):
    return _loop(_annealed, dict(eta=0.1, gamma=0.9, decay=0.01), options)


def do_adagrad_without_root(**options):
    return _loop(_no_root, dict(eta=0.1, eps=1e-8), options)


def decayed_rate(*, eta, decay, t):
    return eta * (1 + decay * (t - 1)) ** -1


def halved_rate(*, eta, losses):
    before = None
    for loss in losses:
        if before is not None and loss > before:
            eta *= 0.5
        before = loss
    return eta


def epochs_to_arrive(*, w_history, b_history, w_goal, b_goal, radius):
    distances = [((w - w_goal) ** 2 + (b - b_goal) ** 2) ** 0.5 for w, b in zip(w_history, b_history)]
    near = [distance <= radius for distance in distances]
    return near.index(True) if True in near else -1
