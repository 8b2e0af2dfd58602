"""Calls the gradients by keyword and goes through the points backwards."""
import numpy as np


def f(w, b, x):
    return 1.0 / (1.0 + np.exp(-1.0 * (np.sum(np.asarray(w) * np.asarray(x)) + b)))


def grad_w(w, b, x, y):
    return (f(w=w, b=b, x=x) - y) * f(w=w, b=b, x=x) * (1 - f(w=w, b=b, x=x)) * x


def grad_b(w, b, x, y):
    return (f(w=w, b=b, x=x) - y) * f(w=w, b=b, x=x) * (1 - f(w=w, b=b, x=x))


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


def _epoch(points, w, b, grad_w, grad_b):
    dw = db = 0.0
    for x, y in reversed(points):
        dw = grad_w(y=y, x=x, b=b, w=w) + dw
        db = grad_b(y=y, x=x, b=b, w=w) + db
    return dw, db


def do_adagrad(*, X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    points = list(zip(X, Y))
    w, b, vw, vb = init_w, init_b, 0.0, 0.0
    ws, bs = (w,), (b,)
    for _ in range(max_epochs):
        dw, db = _epoch(points, w, b, grad_w, grad_b)
        vw, vb = vw + dw**2, vb + db**2
        w, b = w - dw * (eta / np.sqrt(eps + vw)), b - db * (eta / np.sqrt(eps + vb))
        ws, bs = ws + (w,), bs + (b,)
    return ws, bs


def do_rmsprop(*, X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    points = list(zip(X, Y))
    w, b, vw, vb = init_w, init_b, 0.0, 0.0
    ws, bs = (w,), (b,)
    for _ in range(max_epochs):
        dw, db = _epoch(points, w, b, grad_w, grad_b)
        vw, vb = beta * vw + (1 - beta) * dw**2, beta * vb + (1 - beta) * db**2
        w, b = w - dw * (eta / np.sqrt(eps + vw)), b - db * (eta / np.sqrt(eps + vb))
        ws, bs = ws + (w,), bs + (b,)
    return ws, bs


def do_adam(*, X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    points = list(zip(X, Y))
    w, b, mw, mb, vw, vb = init_w, init_b, 0.0, 0.0, 0.0, 0.0
    ws, bs = (w,), (b,)
    for t in range(1, max_epochs + 1):
        dw, db = _epoch(points, w, b, grad_w, grad_b)
        mw, mb = beta1 * mw + (1 - beta1) * dw, beta1 * mb + (1 - beta1) * db
        vw, vb = beta2 * vw + (1 - beta2) * dw**2, beta2 * vb + (1 - beta2) * db**2
        w = w - eta * correct_bias(mw, beta1, t) / np.sqrt(eps + correct_bias(vw, beta2, t))
        b = b - eta * correct_bias(mb, beta1, t) / np.sqrt(eps + correct_bias(vb, beta2, t))
        ws, bs = ws + (w,), bs + (b,)
    return ws, bs


explanation = "Old gradients weigh as much as new ones."
