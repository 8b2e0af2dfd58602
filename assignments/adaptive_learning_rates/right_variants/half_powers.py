# Powers instead of roots and divisions.
import numpy as np
from math import pow


def f(w, b, x):
    return (1 + np.e ** (-(np.dot(w, x) + b))) ** -1


def grad_w(w, b, x, y):
    return (f(w, b, x) - y) * (f(w, b, x) - f(w, b, x) ** 2) * x


def grad_b(w, b, x, y):
    return (f(w, b, x) - y) * (f(w, b, x) - f(w, b, x) ** 2)


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    w_t, b_t = init_w, init_b
    W, B = [w_t], [b_t]
    vw_t = eps
    vb_t = eps  # epsilon sits in the sum from the start: v + eps
    for t in range(max_epochs):
        gw, gb = 0, 0
        for i in range(len(Y)):
            gw += grad_w(w_t, b_t, X[i], Y[i])
            gb += grad_b(w_t, b_t, X[i], Y[i])
        vw_t, vb_t = vw_t + gw**2, vb_t + gb**2
        w_t, b_t = w_t - eta * vw_t**-0.5 * gw, b_t - eta * vb_t**-0.5 * gb
        W += [w_t]
        B += [b_t]
    return W, B


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    w_t, b_t = init_w, init_b
    W, B = [w_t], [b_t]
    vw_t = vb_t = 0
    for t in range(max_epochs):
        gw, gb = 0, 0
        for i in range(len(Y)):
            gw += grad_w(w_t, b_t, X[i], Y[i])
            gb += grad_b(w_t, b_t, X[i], Y[i])
        vw_t, vb_t = gw**2 + beta * (vw_t - gw**2), gb**2 + beta * (vb_t - gb**2)
        w_t, b_t = w_t - eta * (vw_t + eps) ** -0.5 * gw, b_t - eta * (vb_t + eps) ** -0.5 * gb
        W += [w_t]
        B += [b_t]
    return W, B


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w_t, b_t = init_w, init_b
    W, B = [w_t], [b_t]
    mw_t = mb_t = vw_t = vb_t = 0
    for t in range(max_epochs):
        gw, gb = 0, 0
        for i in range(len(Y)):
            gw += grad_w(w_t, b_t, X[i], Y[i])
            gb += grad_b(w_t, b_t, X[i], Y[i])
        mw_t, mb_t = beta1 * mw_t + (1 - beta1) * gw, beta1 * mb_t + (1 - beta1) * gb
        vw_t, vb_t = beta2 * vw_t + (1 - beta2) * gw**2, beta2 * vb_t + (1 - beta2) * gb**2
        k1, k2 = 1 / (1 - pow(beta1, t + 1)), 1 / (1 - pow(beta2, t + 1))
        w_t = w_t - eta * (k2 * vw_t + eps) ** (-1 / 2) * k1 * mw_t
        b_t = b_t - eta * (k2 * vb_t + eps) ** (-1 / 2) * k1 * mb_t
        W += [w_t]
        B += [b_t]
    return W, B


def correct_bias(moment, beta, t):
    return moment * (1 - pow(beta, t)) ** -1


explanation = "v_b >> v_w, and both only increase."
