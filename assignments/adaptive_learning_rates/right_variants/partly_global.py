# The problem comes in as arguments; step size, betas, epsilon and the gradients are globals.
import numpy as np

eta = 0.1
eps = 1e-8
beta = 0.9
beta1, beta2 = 0.9, 0.999


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def f(w, b, x):
    return sigmoid(np.inner(w, x) + b)


def grad_b(w, b, x, y):
    p = f(w, b, x)
    return (p - y) * p * (1 - p)


def grad_w(w, b, x, y):
    return grad_b(w, b, x, y) * x


def total_gradient(w, b, X, Y):
    """Sum over all the points; uses the grad_w and grad_b of the notebook."""
    dw = np.zeros(np.shape(w))
    db = 0.0
    for k in range(len(X)):
        dw = dw + grad_w(w, b, X[k], Y[k])
        db = db + grad_b(w, b, X[k], Y[k])
    return dw, db


def do_adagrad(X, Y, init_w, init_b, max_epochs):
    w, b, vw, vb = init_w, init_b, 0, 0
    hist = [(w, b)]
    for epoch in range(max_epochs):
        dw, db = total_gradient(w, b, X, Y)
        vw, vb = vw + dw * dw, vb + db * db
        w, b = w - eta / np.sqrt(vw + eps) * dw, b - eta / np.sqrt(vb + eps) * db
        hist.append((w, b))
    return tuple(zip(*hist))


def do_rmsprop(X, Y, init_w, init_b, max_epochs):
    w, b, vw, vb = init_w, init_b, 0, 0
    hist = [(w, b)]
    for epoch in range(max_epochs):
        dw, db = total_gradient(w, b, X, Y)
        vw, vb = beta * vw + (1 - beta) * dw * dw, beta * vb + (1 - beta) * db * db
        w, b = w - eta / np.sqrt(vw + eps) * dw, b - eta / np.sqrt(vb + eps) * db
        hist.append((w, b))
    return tuple(zip(*hist))


def do_adam(X, Y, init_w, init_b, max_epochs):
    w, b, mw, mb, vw, vb = init_w, init_b, 0, 0, 0, 0
    hist = [(w, b)]
    for epoch in range(max_epochs):
        dw, db = total_gradient(w, b, X, Y)
        mw, mb = beta1 * mw + (1 - beta1) * dw, beta1 * mb + (1 - beta1) * db
        vw, vb = beta2 * vw + (1 - beta2) * dw * dw, beta2 * vb + (1 - beta2) * db * db
        c1, c2 = 1 - beta1 ** (epoch + 1), 1 - beta2 ** (epoch + 1)
        w = w - eta / np.sqrt(vw / c2 + eps) * (mw / c1)
        b = b - eta / np.sqrt(vb / c2 + eps) * (mb / c1)
        hist.append((w, b))
    return tuple(zip(*hist))


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


explanation = "The learning rate of b is divided by the root of an ever growing sum."
