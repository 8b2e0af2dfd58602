"""Histories are arrays made beforehand and filled by index."""
import numpy as np


def f(w, b, x):
    return 1.0 / (1.0 + np.exp(-(np.dot(w, x) + b)))


def grad_w(w, b, x, y):
    a = f(w, b, x)
    return np.multiply((a - y) * a * (1 - a), x)


def grad_b(w, b, x, y):
    a = f(w, b, x)
    return (a - y) * a * (1 - a)


def prepare(init_w, init_b, max_epochs):
    W = np.zeros((max_epochs + 1,) + np.shape(init_w))
    B = np.zeros(max_epochs + 1)
    W[0] = init_w
    B[0] = init_b
    return W, B


def gather(t, W, B, X, Y, grad_w, grad_b):
    gw, gb = np.zeros(W.shape[1:]), 0.0
    for i in range(len(X)):
        gw = gw + grad_w(W[t], B[t], X[i], Y[i])
        gb = gb + grad_b(W[t], B[t], X[i], Y[i])
    return gw, gb


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    W, B = prepare(init_w, init_b, max_epochs)
    VW, VB = np.zeros_like(W), np.zeros_like(B)
    for t in range(max_epochs):
        gw, gb = gather(t, W, B, X, Y, grad_w, grad_b)
        VW[t + 1] = VW[t] + gw**2
        VB[t + 1] = VB[t] + gb**2
        W[t + 1] = W[t] - eta / np.sqrt(VW[t + 1] + eps) * gw
        B[t + 1] = B[t] - eta / np.sqrt(VB[t + 1] + eps) * gb
    return W, B


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    W, B = prepare(init_w, init_b, max_epochs)
    VW, VB = np.zeros_like(W), np.zeros_like(B)
    for t in range(max_epochs):
        gw, gb = gather(t, W, B, X, Y, grad_w, grad_b)
        VW[t + 1] = beta * VW[t] + (1 - beta) * gw**2
        VB[t + 1] = beta * VB[t] + (1 - beta) * gb**2
        W[t + 1] = W[t] - eta / np.sqrt(VW[t + 1] + eps) * gw
        B[t + 1] = B[t] - eta / np.sqrt(VB[t + 1] + eps) * gb
    return W, B


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    W, B = prepare(init_w, init_b, max_epochs)
    MW, MB, VW, VB = np.zeros_like(W), np.zeros_like(B), np.zeros_like(W), np.zeros_like(B)
    for t in range(1, max_epochs + 1):
        gw, gb = gather(t - 1, W, B, X, Y, grad_w, grad_b)
        MW[t] = beta1 * MW[t - 1] + (1 - beta1) * gw
        MB[t] = beta1 * MB[t - 1] + (1 - beta1) * gb
        VW[t] = beta2 * VW[t - 1] + (1 - beta2) * gw**2
        VB[t] = beta2 * VB[t - 1] + (1 - beta2) * gb**2
        W[t] = W[t - 1] - eta / np.sqrt(correct_bias(VW[t], beta2, t) + eps) * correct_bias(MW[t], beta1, t)
        B[t] = B[t - 1] - eta / np.sqrt(correct_bias(VB[t], beta2, t) + eps) * correct_bias(MB[t], beta1, t)
    return W, B


def correct_bias(moment, beta, t):
    return moment / (1.0 - beta**t)


explanation = "VB only grows."
