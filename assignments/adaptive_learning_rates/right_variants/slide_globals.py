# As on the slides: no arguments, everything is a global of the notebook.
import math
import numpy as np

np.random.seed(1)
X = np.random.randn(100)
X[np.random.rand(100) < 0.8] = 0
Y = 1 / (1 + np.exp(-(2 * X - 1)))
init_w, init_b, max_epochs = -2.0, 3.0, 50
eta, eps, beta, beta1, beta2 = 0.1, 1e-8, 0.9, 0.9, 0.999


def f(w, b, x):
    return 1.0 / (1.0 + np.exp(-(np.dot(w, x) + b)))


def grad_w(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx) * x


def grad_b(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx)


def do_adagrad():
    w, b = init_w, init_b
    w_history, b_history = [init_w], [init_b]
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


def do_rmsprop():
    w, b = init_w, init_b
    w_history, b_history = [init_w], [init_b]
    v_w, v_b = 0, 0
    for i in range(max_epochs):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)
        v_w = beta * v_w + (1 - beta) * dw**2
        v_b = beta * v_b + (1 - beta) * db**2
        w = w - (eta / np.sqrt(v_w + eps)) * dw
        b = b - (eta / np.sqrt(v_b + eps)) * db
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def do_adam():
    w, b = init_w, init_b
    w_history, b_history = [init_w], [init_b]
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
        mhat_w = m_w / (1 - math.pow(beta1, i + 1))
        mhat_b = m_b / (1 - math.pow(beta1, i + 1))
        vhat_w = v_w / (1 - math.pow(beta2, i + 1))
        vhat_b = v_b / (1 - math.pow(beta2, i + 1))
        w = w - (eta / np.sqrt(vhat_w + eps)) * mhat_w
        b = b - (eta / np.sqrt(vhat_b + eps)) * mhat_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def correct_bias(moment, beta, t):
    return moment / (1 - math.pow(beta, t))


explanation = "AdaGrad's denominator only grows, so b stops moving."
