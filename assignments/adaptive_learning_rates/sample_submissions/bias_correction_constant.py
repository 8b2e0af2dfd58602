#!/usr/bin/env python3
# Olga
import numpy as np


def correct_bias(moment, beta, t):
    return moment / (1 - beta)


def f(w, b, x):
    return 1 / (1 + np.exp(-(np.sum(w * x) + b)))

def grad_w(w, b, x, y):
    return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x)) * x

def grad_b(w, b, x, y):
    return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x))


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    ws, bs = [init_w], [init_b]
    mw, mb, sw, sb = 0.0, 0.0, 0.0, 0.0
    for t in range(1, max_epochs + 1):
        gw = np.sum([grad_w(ws[-1], bs[-1], xi, yi) for xi, yi in zip(X, Y)], axis=0)
        gb = np.sum([grad_b(ws[-1], bs[-1], xi, yi) for xi, yi in zip(X, Y)], axis=0)
        mw = beta1 * mw + (1 - beta1) * gw
        mb = beta1 * mb + (1 - beta1) * gb
        sw = beta2 * sw + (1 - beta2) * gw ** 2
        sb = beta2 * sb + (1 - beta2) * gb ** 2
        mhw, mhb = mw / (1 - beta1 ** t), mb / (1 - beta1 ** t)
        shw, shb = sw / (1 - beta2 ** t), sb / (1 - beta2 ** t)
        ws.append(ws[-1] - eta * mhw / np.sqrt(shw + eps))
        bs.append(bs[-1] - eta * mhb / np.sqrt(shb + eps))
    return ws, bs


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    ws, bs = [init_w], [init_b]
    sw, sb = 0.0, 0.0
    for t in range(1, max_epochs + 1):
        gw = np.sum([grad_w(ws[-1], bs[-1], xi, yi) for xi, yi in zip(X, Y)], axis=0)
        gb = np.sum([grad_b(ws[-1], bs[-1], xi, yi) for xi, yi in zip(X, Y)], axis=0)
        sw = beta * sw + (1 - beta) * gw ** 2
        sb = beta * sb + (1 - beta) * gb ** 2
        ws.append(ws[-1] - eta * gw / np.sqrt(sw + eps))
        bs.append(bs[-1] - eta * gb / np.sqrt(sb + eps))
    return ws, bs


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    ws, bs = [init_w], [init_b]
    sw, sb = 0.0, 0.0
    for t in range(1, max_epochs + 1):
        gw = np.sum([grad_w(ws[-1], bs[-1], xi, yi) for xi, yi in zip(X, Y)], axis=0)
        gb = np.sum([grad_b(ws[-1], bs[-1], xi, yi) for xi, yi in zip(X, Y)], axis=0)
        sw = sw + gw ** 2
        sb = sb + gb ** 2
        ws.append(ws[-1] - eta * gw / np.sqrt(sw + eps))
        bs.append(bs[-1] - eta * gb / np.sqrt(sb + eps))
    return ws, bs


explanation = 'because v only grows'
