# As on the slides: no arguments, everything is a global of the notebook.
import numpy as np

np.random.seed(1)
X = np.random.randn(100)
X[np.random.rand(100) < 0.8] = 0
Y = 1 / (1 + np.exp(-(2 * X - 1)))
init_w, init_b, max_epochs = -2.0, 3.0, 50
eta, gamma = 0.1, 0.9


def f(w, b, x):
    return 1.0 / (1.0 + np.exp(-(np.dot(w, x) + b)))


def grad_w(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx) * x


def grad_b(w, b, x, y):
    fx = f(w, b, x)
    return (fx - y) * fx * (1 - fx)


def do_gradient_descent():
    w, b = init_w, init_b
    w_history, b_history = [init_w], [init_b]
    for i in range(max_epochs):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)
        w = w - eta * dw
        b = b - eta * db
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def do_momentum():
    w, b = init_w, init_b
    w_history, b_history = [init_w], [init_b]
    update_w, update_b = 0, 0
    for i in range(max_epochs):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)
        update_w = gamma * update_w + eta * dw
        update_b = gamma * update_b + eta * db
        w = w - update_w
        b = b - update_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def do_nesterov():
    w, b = init_w, init_b
    w_history, b_history = [init_w], [init_b]
    update_w, update_b = 0, 0
    for i in range(max_epochs):
        w_look, b_look = w - gamma * update_w, b - gamma * update_b
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w_look, b_look, x, y)
            db += grad_b(w_look, b_look, x, y)
        update_w = gamma * update_w + eta * dw
        update_b = gamma * update_b + eta * db
        w = w - update_w
        b = b - update_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def velocity_weights(eta, gamma, t):
    return eta * gamma ** np.arange(t)[::-1]


explanation = "Look before you leap."
