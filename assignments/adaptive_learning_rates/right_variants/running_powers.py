"""beta**t is kept as a running product; sqrt(v + eps) is a hypotenuse."""
import numpy as np


def f(w, b, x):
    return 1.0 / (1.0 + np.exp(-(np.dot(w, x) + b)))


def grad_w(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1.0 - fx) * x


def grad_b(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1.0 - fx)


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    w, b = init_w, init_b
    norm_w, norm_b = np.sqrt(eps), np.sqrt(eps)
    w_history, b_history = [w], [b]
    for _ in range(max_epochs):
        dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        norm_w = np.hypot(norm_w, dw)  # sqrt(eps + g_1^2 + ... + g_t^2)
        norm_b = np.hypot(norm_b, db)
        w = w - eta * dw / norm_w
        b = b - eta * db / norm_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    w, b = init_w, init_b
    rms_w, rms_b = 0.0, 0.0
    w_history, b_history = [w], [b]
    for _ in range(max_epochs):
        dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        rms_w = np.hypot(np.sqrt(beta) * rms_w, np.sqrt(1 - beta) * dw)
        rms_b = np.hypot(np.sqrt(beta) * rms_b, np.sqrt(1 - beta) * db)
        w = w - eta * dw / np.hypot(rms_w, np.sqrt(eps))
        b = b - eta * db / np.hypot(rms_b, np.sqrt(eps))
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w, b = init_w, init_b
    m_w = m_b = v_w = v_b = 0.0
    beta1_t, beta2_t = 1.0, 1.0
    w_history, b_history = [w], [b]
    for _ in range(max_epochs):
        dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        beta1_t *= beta1
        beta2_t *= beta2
        m_w = m_w + (1 - beta1) * (dw - m_w)
        m_b = m_b + (1 - beta1) * (db - m_b)
        v_w = v_w + (1 - beta2) * (dw * dw - v_w)
        v_b = v_b + (1 - beta2) * (db * db - v_b)
        w = w - eta * (m_w / (1 - beta1_t)) / np.hypot(np.sqrt(v_w / (1 - beta2_t)), np.sqrt(eps))
        b = b - eta * (m_b / (1 - beta1_t)) / np.hypot(np.sqrt(v_b / (1 - beta2_t)), np.sqrt(eps))
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def correct_bias(moment, beta, t):
    beta_t = 1.0
    for _ in range(int(t)):
        beta_t *= beta
    return moment / (1 - beta_t)


explanation = "The hypotenuse only gets longer."
