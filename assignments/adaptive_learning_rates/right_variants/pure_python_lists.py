"""No NumPy in the arithmetic: lists of floats and the math module."""
import math


def as_list(value):
    try:
        return [float(e) for e in value]
    except TypeError:
        return [float(value)]


def f(w, b, x):
    z = b
    for wi, xi in zip(as_list(w), as_list(x)):
        z += wi * xi
    return 1.0 / (1.0 + math.exp(-z))


def grad_b(w, b, x, y):
    p = f(w, b, x)
    return (p - y) * p * (1.0 - p)


def grad_w(w, b, x, y):
    d = grad_b(w, b, x, y)
    if hasattr(x, "__len__"):
        return [d * xi for xi in x]
    return d * x


def collect(X, Y, w, b, grad_w, grad_b, shape_like):
    dw, db = [0.0] * len(w), 0.0
    for x, y in zip(X, Y):
        one = as_list(grad_w(shape_like(w), b, x, y))
        for j in range(len(w)):
            dw[j] += one[j]
        db += float(grad_b(shape_like(w), b, x, y))
    return dw, db


def shaper(init_w):
    """Gives w back in the shape it came: a number stays a number."""
    import numpy as np
    if hasattr(init_w, "__len__"):
        return lambda w: np.array(w)
    return lambda w: w[0]


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    back = shaper(init_w)
    w, b = as_list(init_w), float(init_b)
    v_w, v_b = [0.0 for _ in w], 0.0
    w_history, b_history = [back(w)], [b]
    for _ in range(max_epochs):
        dw, db = collect(X, Y, w, b, grad_w, grad_b, back)
        v_w = [v + g * g for v, g in zip(v_w, dw)]
        v_b = v_b + db * db
        w = [wi - eta / math.sqrt(v + eps) * g for wi, v, g in zip(w, v_w, dw)]
        b = b - eta / math.sqrt(v_b + eps) * db
        w_history.append(back(w))
        b_history.append(b)
    return w_history, b_history


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    back = shaper(init_w)
    w, b = as_list(init_w), float(init_b)
    v_w, v_b = [0.0 for _ in w], 0.0
    w_history, b_history = [back(w)], [b]
    for _ in range(max_epochs):
        dw, db = collect(X, Y, w, b, grad_w, grad_b, back)
        v_w = [beta * v + (1 - beta) * g * g for v, g in zip(v_w, dw)]
        v_b = beta * v_b + (1 - beta) * db * db
        w = [wi - eta / math.sqrt(v + eps) * g for wi, v, g in zip(w, v_w, dw)]
        b = b - eta / math.sqrt(v_b + eps) * db
        w_history.append(back(w))
        b_history.append(b)
    return w_history, b_history


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    back = shaper(init_w)
    w, b = as_list(init_w), float(init_b)
    m_w, v_w, m_b, v_b = [0.0 for _ in w], [0.0 for _ in w], 0.0, 0.0
    w_history, b_history = [back(w)], [b]
    for t in range(1, max_epochs + 1):
        dw, db = collect(X, Y, w, b, grad_w, grad_b, back)
        c1 = 1 - math.pow(beta1, t)
        c2 = 1 - math.pow(beta2, t)
        for j in range(len(w)):
            m_w[j] = beta1 * m_w[j] + (1 - beta1) * dw[j]
            v_w[j] = beta2 * v_w[j] + (1 - beta2) * dw[j] * dw[j]
        m_b = beta1 * m_b + (1 - beta1) * db
        v_b = beta2 * v_b + (1 - beta2) * db * db
        w = [w[j] - eta / math.sqrt(v_w[j] / c2 + eps) * m_w[j] / c1 for j in range(len(w))]
        b = b - eta / math.sqrt(v_b / c2 + eps) * m_b / c1
        w_history.append(back(w))
        b_history.append(b)
    return w_history, b_history


def correct_bias(moment, beta, t):
    return moment / (1 - math.pow(beta, t))


explanation = "Too much history in the denominator: what was large once keeps the step small forever."
