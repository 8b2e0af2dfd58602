import numpy as np


def do_gradient_descent(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1):
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
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


def do_momentum(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    prev_v_w, prev_v_b = 0, 0
    for i in range(max_epochs):
        dw, db = 0, 0
        for x, y in zip(X, Y):
            dw += grad_w(w, b, x, y)
            db += grad_b(w, b, x, y)

        v_w = gamma * prev_v_w + eta * dw
        v_b = gamma * prev_v_b + eta * db
        w = w - eta * v_w
        b = b - eta * v_b
        prev_v_w = v_w
        prev_v_b = v_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def do_nesterov(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    w, b = init_w, init_b
    w_history, b_history = [w], [b]
    prev_v_w, prev_v_b = 0, 0
    for i in range(max_epochs):
        dw, db = 0, 0
        # do partial updates
        v_w = gamma * prev_v_w
        v_b = gamma * prev_v_b
        for x, y in zip(X, Y):
            # calculate gradients after partial update
            dw += grad_w(w - v_w, b - v_b, x, y)
            db += grad_b(w - v_w, b - v_b, x, y)
        # now do the full update
        v_w = gamma * prev_v_w + eta * dw
        v_b = gamma * prev_v_b + eta * db
        w = w - v_w
        b = b - v_b
        prev_v_w = v_w
        prev_v_b = v_b
        w_history.append(w)
        b_history.append(b)
    return w_history, b_history


def velocity_weights(eta, gamma, t):
    weights = []
    for i in range(1, t + 1):
        weights.append(eta * gamma ** (t - i))
    return weights


explanation = """b is pushed by every point, w by one in five; so b goes first. NAG asks where it will be, and brakes in time."""
