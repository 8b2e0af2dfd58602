# Takes whatever it is given as **options.
import numpy as np

DEFAULTS = dict(eta=0.1, eps=1e-8, beta=0.9, beta1=0.9, beta2=0.999)


def f(**a):
    return 1 / (1 + np.exp(-np.dot(a["w"], a["x"]) - a["b"]))


def grad_b(**a):
    out = f(w=a["w"], b=a["b"], x=a["x"])
    return (out - a["y"]) * out * (1 - out)


def grad_w(**a):
    return grad_b(**a) * a["x"]


def _loop(update, options):
    o = {**DEFAULTS, **options}
    w, b = o["init_w"], o["init_b"]
    w_history, b_history = [w], [b]
    memory = {}
    for t in range(1, o["max_epochs"] + 1):
        dw = db = 0
        for x, y in zip(o["X"], o["Y"]):
            dw = dw + o["grad_w"](w, b, x, y)
            db = db + o["grad_b"](w, b, x, y)
        w = w - update(memory, "w", dw, t, o)
        b = b - update(memory, "b", db, t, o)
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def _adagrad(memory, key, g, t, o):
    memory[key] = memory.get(key, 0) + g**2
    return o["eta"] * g / np.sqrt(memory[key] + o["eps"])


def _rmsprop(memory, key, g, t, o):
    memory[key] = o["beta"] * memory.get(key, 0) + (1 - o["beta"]) * g**2
    return o["eta"] * g / np.sqrt(memory[key] + o["eps"])


def _adam(memory, key, g, t, o):
    m, v = memory.get(key, (0, 0))
    m = o["beta1"] * m + (1 - o["beta1"]) * g
    v = o["beta2"] * v + (1 - o["beta2"]) * g**2
    memory[key] = m, v
    return o["eta"] * correct_bias(m, o["beta1"], t) / np.sqrt(correct_bias(v, o["beta2"], t) + o["eps"])


def do_adagrad(**options):
    return _loop(_adagrad, options)


def do_rmsprop(**options):
    return _loop(_rmsprop, options)


def do_adam(**options):
    return _loop(_adam, options)


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


explanation = "b collects squared gradients every epoch; the rate eta/sqrt(v) fades away."
