"""In-place arithmetic, but on copies, and copies go into the histories."""
import numpy as np


def f(w, b, x):
    z = np.array(b, dtype=float)
    z += np.dot(w, x)
    return 1 / (1 + np.exp(-z))


def grad_w(w, b, x, y):
    g = np.array(x, dtype=float)
    s = f(w, b, x)
    g *= (s - y) * s * (1 - s)
    return g


def grad_b(w, b, x, y):
    s = f(w, b, x)
    return (s - y) * s * (1 - s)


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    w = np.array(init_w, dtype=float)
    b = float(init_b)
    v_w, v_b = np.zeros_like(w), 0.0
    w_history, b_history = [w.copy()], [b]
    for _ in range(max_epochs):
        dw, db = np.zeros_like(w), 0.0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)
        v_w += dw**2
        v_b += db**2
        w -= eta / np.sqrt(v_w + eps) * dw
        b -= eta / np.sqrt(v_b + eps) * db
        w_history.append(w.copy())
        b_history.append(b)
    return w_history, b_history


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    w = np.array(init_w, dtype=float)
    b = float(init_b)
    v_w, v_b = np.zeros_like(w), 0.0
    w_history, b_history = [w.copy()], [b]
    for _ in range(max_epochs):
        dw, db = np.zeros_like(w), 0.0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)
        v_w *= beta
        v_w += (1 - beta) * dw**2
        v_b *= beta
        v_b += (1 - beta) * db**2
        w -= eta / np.sqrt(v_w + eps) * dw
        b -= eta / np.sqrt(v_b + eps) * db
        w_history.append(w.copy())
        b_history.append(b)
    return w_history, b_history


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w = np.array(init_w, dtype=float)
    b = float(init_b)
    m_w, v_w, m_b, v_b = np.zeros_like(w), np.zeros_like(w), 0.0, 0.0
    w_history, b_history = [w.copy()], [b]
    for t in range(1, max_epochs + 1):
        dw, db = np.zeros_like(w), 0.0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)
        m_w += (1 - beta1) * (dw - m_w)
        m_b += (1 - beta1) * (db - m_b)
        v_w += (1 - beta2) * (dw**2 - v_w)
        v_b += (1 - beta2) * (db**2 - v_b)
        w -= eta / np.sqrt(correct_bias(v_w, beta2, t) + eps) * correct_bias(m_w, beta1, t)
        b -= eta / np.sqrt(correct_bias(v_b, beta2, t) + eps) * correct_bias(m_b, beta1, t)
        w_history.append(w.copy())
        b_history.append(b)
    return w_history, b_history


def correct_bias(moment, beta, t):
    corrected = np.array(moment, dtype=float)
    corrected /= 1 - beta**t
    return corrected


explanation = """Because v_b += db**2 has no counterpart that lowers v_b."""
