"""In the loops of the lecture's slides."""
import math

import numpy as np


def do_amsgrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
               eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    m_w, m_b, v_w, v_b, v_hat_w, v_hat_b = 0, 0, 0, 0, 0, 0
    for i in range(max_epochs):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)

        m_w = beta1 * m_w + (1 - beta1) * dw
        m_b = beta1 * m_b + (1 - beta1) * db
        v_w = beta2 * v_w + (1 - beta2) * dw**2
        v_b = beta2 * v_b + (1 - beta2) * db**2
        v_hat_w = np.maximum(v_hat_w, v_w)
        v_hat_b = np.maximum(v_hat_b, v_b)

        w = w - (eta / np.sqrt(v_hat_w + eps)) * m_w
        b = b - (eta / np.sqrt(v_hat_b + eps)) * m_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def decayed_rate(eta, decay, t):
    return eta / (1 + decay * (t - 1))


def halved_rate(eta, losses):
    rate = eta
    for i in range(1, len(losses)):
        if losses[i] > losses[i - 1]:
            rate = rate / 2
    return rate


def do_annealed_momentum(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
                         eta=0.1, gamma=0.9, decay=0.01):
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    prev_v_w, prev_v_b = 0, 0
    for i in range(max_epochs):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)
        eta_t = eta / (1 + decay * i)
        v_w = gamma * prev_v_w + eta_t * dw
        v_b = gamma * prev_v_b + eta_t * db
        w = w - v_w
        b = b - v_b
        prev_v_w, prev_v_b = v_w, v_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def do_adagrad_without_root(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
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
        w = w - (eta / (v_w + eps)) * dw
        b = b - (eta / (v_b + eps)) * db
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def epochs_to_arrive(w_history, b_history, w_goal, b_goal, radius):
    for t in range(len(w_history)):
        if math.sqrt((w_history[t] - w_goal) ** 2 + (b_history[t] - b_goal) ** 2) <= radius:
            return t
    return -1


practice = "Adam first; momentum with annealing where there is time to tune."
