# As on the slides: no arguments, everything is a global of the notebook.
import numpy as np

np.random.seed(1)
X = np.random.randn(100)
X[np.random.rand(100) < 0.8] = 0
Y = 1 / (1 + np.exp(-(2 * X - 1)))
init_w, init_b, max_epochs = -2.0, 3.0, 50
eta, eps, gamma, decay, beta1, beta2 = 0.1, 1e-8, 0.9, 0.01, 0.9, 0.999


def f(w, b, x):
    return 1.0 / (1.0 + np.exp(-(np.dot(w, x) + b)))


def grad_w(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx) * x


def grad_b(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx)


def gradients(w, b):
    dw, db = 0, 0
    for x, y in zip(X, Y):
        dw += grad_w(w, b, x, y)
        db += grad_b(w, b, x, y)
    return dw, db


def do_amsgrad():
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    m_w, m_b, v_w, v_b, top_w, top_b = 0, 0, 0, 0, 0, 0
    for i in range(max_epochs):
        dw, db = gradients(w, b)
        m_w, m_b = beta1 * m_w + (1 - beta1) * dw, beta1 * m_b + (1 - beta1) * db
        v_w, v_b = beta2 * v_w + (1 - beta2) * dw**2, beta2 * v_b + (1 - beta2) * db**2
        top_w, top_b = np.maximum(top_w, v_w), max(top_b, v_b)
        w = w - (eta / np.sqrt(top_w + eps)) * m_w
        b = b - (eta / np.sqrt(top_b + eps)) * m_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def decayed_rate(eta, decay, t):
    return eta / (1 + decay * t - decay)


def halved_rate(eta, losses):
    return eta * 0.5 ** int(np.sum(np.diff(losses) > 0))


def do_annealed_momentum():
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    update_w, update_b = 0, 0
    for i in range(max_epochs):
        dw, db = gradients(w, b)
        update_w = gamma * update_w + decayed_rate(eta, decay, i + 1) * dw
        update_b = gamma * update_b + decayed_rate(eta, decay, i + 1) * db
        w = w - update_w
        b = b - update_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def do_adagrad_without_root():
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    v_w, v_b = eps, eps
    for i in range(max_epochs):
        dw, db = gradients(w, b)
        v_w, v_b = v_w + dw**2, v_b + db**2
        w, b = w - eta * dw / v_w, b - eta * db / v_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def epochs_to_arrive(w_history, b_history, w_goal, b_goal, radius):
    near = np.hypot(np.array(w_history) - w_goal, np.array(b_history) - b_goal) <= radius
    return int(np.argmax(near)) if near.any() else -1


practice = "Adam."
