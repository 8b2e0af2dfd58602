"""A small class for each rule; the state lives in the object."""

import numpy as np


class Descent:
    def __init__(self, eta):
        self.eta = eta

    def look(self, theta):
        return theta

    def move(self, theta, g):
        return theta - self.eta * g


class Momentum(Descent):
    def __init__(self, eta, gamma):
        super().__init__(eta)
        self.gamma = gamma
        self.update = 0.0

    def move(self, theta, g):
        self.update = self.gamma * self.update + self.eta * g
        return theta - self.update


class Nesterov(Momentum):
    def look(self, theta):
        return theta - self.gamma * self.update


def train(rule, X, Y, init_w, init_b, max_epochs, grad_w, grad_b):
    """theta = (w, b) as one vector."""
    shape = np.shape(init_w)
    theta = np.append(init_w, init_b).astype(float)
    path = [theta]

    def split(theta):
        return theta[:-1].reshape(shape), theta[-1]

    for _ in range(max_epochs):
        w, b = split(rule.look(theta))
        g = np.zeros_like(theta)
        for x, y in zip(X, Y):
            g = g + np.append(grad_w(w, b, x, y), grad_b(w, b, x, y))
        theta = rule.move(theta, g)
        path.append(theta)
    return [split(t)[0] for t in path], [split(t)[1] for t in path]


def do_gradient_descent(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1):
    return train(Descent(eta), X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_momentum(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    return train(Momentum(eta, gamma), X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_nesterov(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    return train(Nesterov(eta, gamma), X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def velocity_weights(eta, gamma, t):
    rule = Momentum(eta, gamma)
    weights = []
    for i in range(t):
        rule.update = 0.0
        for epoch in range(t):
            rule.move(0.0, float(epoch == i))
        weights.append(rule.update)
    return weights
