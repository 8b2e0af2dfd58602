"""Points come out of generators; the histories are made of them."""

from itertools import islice

import numpy as np


def _walk(start, gradient, eta, gamma, ahead):
    theta, update = start, 0 * start
    while True:
        yield theta
        g = gradient(theta - ahead * update)
        update = gamma * update + eta * g
        theta = theta - update


def _histories(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, gamma, ahead):
    scalar = np.ndim(init_w) == 0

    def gradient(theta):
        w = float(theta[0]) if scalar else theta[:-1]
        b = float(theta[-1])
        return sum(np.hstack([grad_w(w, b, x, y), grad_b(w, b, x, y)]) for x, y in zip(X, Y))

    points = islice(
        _walk(np.hstack([init_w, init_b]).astype(float), gradient, eta, gamma, ahead),
        max_epochs + 1,
    )
    path = np.array(list(points))
    return (path[:, 0] if scalar else path[:, :-1]), path[:, -1]


def do_gradient_descent(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1):
    return _histories(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, 0, 0)


def do_momentum(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    return _histories(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, gamma, 0)


def do_nesterov(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    return _histories(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, gamma, gamma)


def velocity_weights(eta, gamma, t):
    return (
        np.array([eta]) if t == 1 else np.append(gamma * velocity_weights(eta, gamma, t - 1), eta)
    )
