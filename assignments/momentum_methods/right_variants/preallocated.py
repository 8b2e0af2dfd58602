import numpy as np


def do_gradient_descent(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1):
    W = np.empty((max_epochs + 1, *np.shape(init_w)))
    B = np.empty(max_epochs + 1)
    W[0], B[0] = init_w, init_b
    for t in range(max_epochs):
        dw, db = np.zeros_like(W[0]), 0.0
        for i in range(len(X)):
            dw = dw + grad_w(W[t], B[t], X[i], Y[i])
            db = db + grad_b(W[t], B[t], X[i], Y[i])
        W[t + 1], B[t + 1] = W[t] - eta * dw, B[t] - eta * db
    return W, B


def do_momentum(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    W = np.empty((max_epochs + 1, *np.shape(init_w)))
    B = np.empty(max_epochs + 1)
    U, V = np.zeros_like(W), np.zeros_like(B)
    W[0], B[0] = init_w, init_b
    for t in range(max_epochs):
        U[t + 1], V[t + 1] = gamma * U[t], gamma * V[t]
        for i in range(len(X)):
            U[t + 1] += eta * grad_w(W[t], B[t], X[i], Y[i])
            V[t + 1] += eta * grad_b(W[t], B[t], X[i], Y[i])
        W[t + 1], B[t + 1] = W[t] - U[t + 1], B[t] - V[t + 1]
    return W, B


def do_nesterov(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    W = np.empty((max_epochs + 1, *np.shape(init_w)))
    B = np.empty(max_epochs + 1)
    U, V = np.zeros_like(W), np.zeros_like(B)
    W[0], B[0] = init_w, init_b
    for t in range(max_epochs):
        U[t + 1], V[t + 1] = gamma * U[t], gamma * V[t]
        look, lookb = W[t] - U[t + 1], B[t] - V[t + 1]
        for i in range(len(X)):
            U[t + 1] += eta * grad_w(look, lookb, X[i], Y[i])
            V[t + 1] += eta * grad_b(look, lookb, X[i], Y[i])
        W[t + 1], B[t + 1] = W[t] - U[t + 1], B[t] - V[t + 1]
    return W, B


def velocity_weights(eta, gamma, t):
    out = np.zeros(t)
    for i in range(t):
        out[:i] *= gamma
        out[i] = eta
    return out
