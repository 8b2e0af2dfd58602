import numpy as np
import math
import matplotlib.pyplot as plt


def f(w, b, x):
    # sigmoid with parameters w, b
    return 1.0 / (1.0 + np.exp(-(np.dot(w, x) + b)))


def grad_w(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx) * x


def grad_b(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx)


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    v_w, v_b = 0, 0
    for i in range(max_epochs):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)

        v_w = v_w + dw**2
        v_b = v_b + db**2

        w = w - (eta / np.sqrt(v_w + eps)) * dw
        b = b - (eta / np.sqrt(v_b + eps)) * db
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    v_w, v_b = 0, 0
    for i in range(max_epochs):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)

        new_v_w = beta * v_w + (1 - beta) * dw**2
        new_v_b = beta * v_b + (1 - beta) * db**2

        w = w - (eta / np.sqrt(v_w + eps)) * dw
        b = b - (eta / np.sqrt(v_b + eps)) * db
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    m_w, m_b, v_w, v_b = 0, 0, 0, 0
    for i in range(max_epochs):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)

        m_w = beta1 * m_w + (1 - beta1) * dw
        m_b = beta1 * m_b + (1 - beta1) * db

        v_w = beta2 * v_w + (1 - beta2) * dw**2
        v_b = beta2 * v_b + (1 - beta2) * db**2

        m_w_hat = m_w / (1 - math.pow(beta1, i + 1))
        m_b_hat = m_b / (1 - math.pow(beta1, i + 1))

        v_w_hat = v_w / (1 - math.pow(beta2, i + 1))
        v_b_hat = v_b / (1 - math.pow(beta2, i + 1))

        w = w - (eta / np.sqrt(v_w_hat + eps)) * m_w_hat
        b = b - (eta / np.sqrt(v_b_hat + eps)) * m_b_hat
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def correct_bias(moment, beta, t):
    return moment / (1 - math.pow(beta, t))


explanation = """The denominator accumulates the whole history, so the effective learning rate of the dense parameter (b) decays towards zero before convergence. Decaying v with beta (RMSProp) fixes this."""
