"""w and b in one vector theta = (w, b)."""
import numpy as np


def f(w, b, x):
    theta, point = np.append(w, b), np.append(x, 1.0)
    return 1 / (1 + np.exp(-theta @ point))


def gradient(w, b, x, y):
    """Gradient of one point by theta."""
    out = f(w, b, x)
    return (out - y) * out * (1 - out) * np.append(x, 1.0)


def grad_w(w, b, x, y):
    return gradient(w, b, x, y)[:-1].reshape(np.shape(x))


def grad_b(w, b, x, y):
    return gradient(w, b, x, y)[-1]


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


def descend(rule, X, Y, init_w, init_b, max_epochs, grad_w, grad_b):
    shape = np.shape(init_w)
    theta = np.r_[np.ravel(init_w), init_b].astype(float)
    path = [theta]
    for t in range(1, max_epochs + 1):
        w, b = theta[:-1].reshape(shape), theta[-1]
        g = np.zeros_like(theta)
        for x, y in zip(X, Y):
            g += np.r_[np.ravel(grad_w(w, b, x, y)), grad_b(w, b, x, y)]
        theta = theta - rule(g, t)
        path.append(theta)
    path = np.array(path)
    return path[:, :-1].reshape((max_epochs + 1, *shape)), path[:, -1]


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    v = np.zeros(np.size(init_w) + 1)

    def rule(g, t):
        nonlocal v
        v = v + g**2
        return eta / np.sqrt(v + eps) * g

    return descend(rule, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    v = np.zeros(np.size(init_w) + 1)

    def rule(g, t):
        nonlocal v
        v = beta * v + (1 - beta) * g**2
        return eta / np.sqrt(v + eps) * g

    return descend(rule, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    m = np.zeros(np.size(init_w) + 1)
    v = np.zeros(np.size(init_w) + 1)

    def rule(g, t):
        nonlocal m, v
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        return eta * correct_bias(m, beta1, t) / np.sqrt(correct_bias(v, beta2, t) + eps)

    return descend(rule, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


explanation = "The component of v that belongs to b grows fastest, so b's learning rate dies first."
