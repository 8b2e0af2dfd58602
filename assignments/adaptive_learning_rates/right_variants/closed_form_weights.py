"""No recursion for the moments: explicit weights over all gradients so far, as in the derivation."""
import numpy as np


def f(w, b, x):
    return 1 / (1 + np.exp(-(np.dot(w, x) + b)))


def grad_w(w, b, x, y):
    return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x)) * x


def grad_b(w, b, x, y):
    return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x))


def ema(values, beta):
    """(1 - beta) * sum_i beta^(t-i) g_i"""
    t = len(values)
    weights = (1 - beta) * beta ** np.arange(t - 1, -1, -1)
    return np.tensordot(weights, np.array(values), axes=1)


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


def epoch_gradients(X, Y, w, b, grad_w, grad_b):
    gw = np.zeros(np.shape(w))
    gb = 0.0
    for x, y in zip(X, Y):
        gw = gw + grad_w(w, b, x, y)
        gb = gb + grad_b(w, b, x, y)
    return gw, gb


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    w, b = [init_w], [init_b]
    all_gw, all_gb = [], []
    for _ in range(max_epochs):
        gw, gb = epoch_gradients(X, Y, w[-1], b[-1], grad_w, grad_b)
        all_gw.append(gw)
        all_gb.append(gb)
        rate_w = eta / np.sqrt((np.array(all_gw) ** 2).sum(axis=0) + eps)
        rate_b = eta / np.sqrt((np.array(all_gb) ** 2).sum(axis=0) + eps)
        w.append(w[-1] - rate_w * gw)
        b.append(b[-1] - rate_b * gb)
    return w, b


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    w, b = [init_w], [init_b]
    sq_w, sq_b = [], []
    for _ in range(max_epochs):
        gw, gb = epoch_gradients(X, Y, w[-1], b[-1], grad_w, grad_b)
        sq_w.append(gw**2)
        sq_b.append(gb**2)
        w.append(w[-1] - eta / np.sqrt(ema(sq_w, beta) + eps) * gw)
        b.append(b[-1] - eta / np.sqrt(ema(sq_b, beta) + eps) * gb)
    return w, b


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w, b = [init_w], [init_b]
    all_gw, all_gb = [], []
    for t in range(1, max_epochs + 1):
        gw, gb = epoch_gradients(X, Y, w[-1], b[-1], grad_w, grad_b)
        all_gw.append(gw)
        all_gb.append(gb)
        new = []
        for old, grads in ((w[-1], all_gw), (b[-1], all_gb)):
            m_hat = correct_bias(ema(grads, beta1), beta1, t)
            v_hat = correct_bias(ema(np.array(grads) ** 2, beta2), beta2, t)
            new.append(old - eta / np.sqrt(v_hat + eps) * m_hat)
        w.append(new[0])
        b.append(new[1])
    return w, b


explanation = "All weights of the old squares are one: nothing is ever forgotten."
