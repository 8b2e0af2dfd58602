"""Sums over list comprehensions with np.sum."""
import numpy as np

f = lambda w, b, x: 1 / (1 + np.exp(-(np.sum(np.multiply(w, x)) + b)))
common = lambda w, b, x, y: (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x))
grad_w = lambda w, b, x, y: np.multiply(common(w, b, x, y), x)
grad_b = lambda w, b, x, y: common(w, b, x, y)


def correct_bias(moment, beta, t):
    return np.divide(moment, np.subtract(1.0, np.power(beta, t)))


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    ws, bs = [init_w], [init_b]
    gw, gb = [], []
    for _ in range(max_epochs):
        gw.append(np.sum([grad_w(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)], axis=0))
        gb.append(np.sum([grad_b(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)], axis=0))
        ws.append(ws[-1] - eta * gw[-1] / np.sqrt(np.sum(np.square(gw), axis=0) + eps))
        bs.append(bs[-1] - eta * gb[-1] / np.sqrt(np.sum(np.square(gb), axis=0) + eps))
    return ws, bs


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    ws, bs, vw, vb = [init_w], [init_b], 0.0, 0.0
    for _ in range(max_epochs):
        dw = np.sum([grad_w(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)], axis=0)
        db = np.sum([grad_b(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)], axis=0)
        vw, vb = (np.average([v, np.square(d)], axis=0, weights=[beta, 1 - beta])
                  for v, d in ((vw * np.ones_like(dw), dw), (vb, db)))
        ws.append(ws[-1] - eta * dw / np.sqrt(vw + eps))
        bs.append(bs[-1] - eta * db / np.sqrt(vb + eps))
    return ws, bs


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    ws, bs = [init_w], [init_b]
    mw = mb = vw = vb = 0.0
    for t in np.arange(1, max_epochs + 1):
        dw = np.sum([grad_w(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)], axis=0)
        db = np.sum([grad_b(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)], axis=0)
        mw, mb = beta1 * mw + (1 - beta1) * dw, beta1 * mb + (1 - beta1) * db
        vw, vb = beta2 * vw + (1 - beta2) * np.square(dw), beta2 * vb + (1 - beta2) * np.square(db)
        ws.append(ws[-1] - eta * correct_bias(mw, beta1, t) / np.sqrt(correct_bias(vw, beta2, t) + eps))
        bs.append(bs[-1] - eta * correct_bias(mb, beta1, t) / np.sqrt(correct_bias(vb, beta2, t) + eps))
    return ws, bs


explanation = "Because the sum of squares in the denominator never forgets, the rate of b goes to zero."
