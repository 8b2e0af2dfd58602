# No velocity is kept: it is read off the history (the last step), or summed anew.
import numpy as np


def do_gradient_descent(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1):
    ws, bs = [np.array(init_w, dtype=float)], [float(init_b)]
    while len(bs) <= max_epochs:
        gw = np.sum([grad_w(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)], axis=0)
        gb = np.sum([grad_b(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)])
        ws.append(ws[-1] - eta * gw)
        bs.append(bs[-1] - eta * gb)
    return ws, bs


def do_momentum(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    ws, bs = [np.array(init_w, dtype=float)], [float(init_b)]
    gws, gbs = [], []
    for t in range(1, max_epochs + 1):
        gws.append(np.sum([grad_w(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)], axis=0))
        gbs.append(np.sum([grad_b(ws[-1], bs[-1], x, y) for x, y in zip(X, Y)]))
        weights = velocity_weights(eta, gamma, t)
        ws.append(ws[-1] - sum(c * g for c, g in zip(weights, gws)))
        bs.append(bs[-1] - sum(c * g for c, g in zip(weights, gbs)))
    return ws, bs


def do_nesterov(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    ws, bs = [np.array(init_w, dtype=float)], [float(init_b)]
    for t in range(max_epochs):
        # the heavy ball's form: from the look-ahead point one plain gradient step
        old = max(t - 1, 0)
        look_w = ws[-1] + gamma * (ws[-1] - ws[old])
        look_b = bs[-1] + gamma * (bs[-1] - bs[old])
        gw = np.sum([grad_w(look_w, look_b, x, y) for x, y in zip(X, Y)], axis=0)
        gb = np.sum([grad_b(look_w, look_b, x, y) for x, y in zip(X, Y)])
        ws.append(look_w - eta * gw)
        bs.append(look_b - eta * gb)
    return ws, bs


def velocity_weights(eta, gamma, t):
    return tuple(eta * np.power(gamma, np.arange(t - 1, -1, -1.0)))
