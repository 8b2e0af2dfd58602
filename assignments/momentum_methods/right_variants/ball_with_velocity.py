# The velocity points downhill (the sign of Sutskever et al.), and the step adds it.
import numpy as np


def total(gradient, w, b, X, Y):
    return sum(gradient(w, b, x, y) for x, y in zip(X, Y))


def roll(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, mu, ahead):
    place = [init_w, init_b]
    velocity = [np.zeros_like(np.asarray(init_w, dtype=float)), 0.0]
    seen = [(place[0], place[1])]
    for _ in range(max_epochs):
        look = [p + ahead * v for p, v in zip(place, velocity)]
        slopes = [total(g, look[0], look[1], X, Y) for g in (grad_w, grad_b)]
        velocity = [mu * v - eta * slope for v, slope in zip(velocity, slopes)]
        place = [p + v for p, v in zip(place, velocity)]
        seen.append((place[0], place[1]))
    w_history, b_history = zip(*seen)
    return np.array(w_history), np.array(b_history)


def do_gradient_descent(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1):
    return roll(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, 0.0, 0.0)


def do_momentum(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    return roll(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, gamma, 0.0)


def do_nesterov(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    return roll(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, gamma, gamma)


def velocity_weights(eta, gamma, t):
    return np.array([eta * gamma**age for age in reversed(range(t))])
