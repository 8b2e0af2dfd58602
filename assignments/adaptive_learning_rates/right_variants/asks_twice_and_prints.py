"""Evaluates every gradient twice, computes the loss each epoch and prints progress."""
import numpy as np


def f(w, b, x):
    return 1.0 / (1.0 + np.exp(-(np.dot(w, x) + b)))


def loss(w, b, X, Y):
    return 0.5 * sum((f(w, b, x) - y) ** 2 for x, y in zip(X, Y))


def grad_w(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx) * x


def grad_b(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx)


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    w, b = init_w, init_b
    w_history, b_history, error_history = [w], [b], [loss(w, b, X, Y)]
    v_w, v_b = 0.0, 0.0
    for i in range(max_epochs):
        # once for the squares ...
        v_w = v_w + sum(grad_w(w, b, x, y) for x, y in zip(X, Y)) ** 2
        v_b = v_b + sum(grad_b(w, b, x, y) for x, y in zip(X, Y)) ** 2
        # ... and once for the step
        dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        w = w - (eta / np.sqrt(v_w + eps)) * dw
        b = b - (eta / np.sqrt(v_b + eps)) * db
        w_history.append(w)
        b_history.append(b)
        error_history.append(loss(w, b, X, Y))
        print(f"adagrad epoch {i}: error = {error_history[-1]}")
    return w_history, b_history


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    v_w, v_b = 0.0, 0.0
    for i in range(max_epochs):
        v_w = beta * v_w + (1 - beta) * sum(grad_w(w, b, x, y) for x, y in zip(X, Y)) ** 2
        v_b = beta * v_b + (1 - beta) * sum(grad_b(w, b, x, y) for x, y in zip(X, Y)) ** 2
        dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        w, b = w - (eta / np.sqrt(v_w + eps)) * dw, b - (eta / np.sqrt(v_b + eps)) * db
        w_history.append(w)
        b_history.append(b)
        print("rmsprop", i, loss(w, b, X, Y))
    return w_history, b_history


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    m_w = m_b = v_w = v_b = 0.0
    for i in range(max_epochs):
        m_w = beta1 * m_w + (1 - beta1) * sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        m_b = beta1 * m_b + (1 - beta1) * sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        v_w = beta2 * v_w + (1 - beta2) * sum(grad_w(w, b, x, y) for x, y in zip(X, Y)) ** 2
        v_b = beta2 * v_b + (1 - beta2) * sum(grad_b(w, b, x, y) for x, y in zip(X, Y)) ** 2
        m_w_hat, m_b_hat = correct_bias(m_w, beta1, i + 1), correct_bias(m_b, beta1, i + 1)
        v_w_hat, v_b_hat = correct_bias(v_w, beta2, i + 1), correct_bias(v_b, beta2, i + 1)
        w = w - (eta / np.sqrt(v_w_hat + eps)) * m_w_hat
        b = b - (eta / np.sqrt(v_b_hat + eps)) * m_b_hat
        w_history.append(w)
        b_history.append(b)
        if i % 10 == 0:
            print("adam", i, "loss", loss(w, b, X, Y))
    return w_history, b_history


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


explanation = "See the printed errors: they stop falling because eta/sqrt(v_b) is tiny."
