#!/usr/bin/env python3
# Olga
import numpy as np
from numpy import sqrt


def correct_bias(moment, beta, t):
    return moment * (1 / (1 - beta ** t))


def f(w, b, x):
    return 1. / (1. + np.exp(-np.dot(w, x) - b))

def grad_w(w, b, x, y):
    o = f(w, b, x)
    return (o - y) * (o - o * o) * x

def grad_b(w, b, x, y):
    o = f(w, b, x)
    return (o - y) * (o - o * o)

def pack(w, b):
    return np.append(w, b)

def unpack(theta, like):
    return theta[:-1].reshape(np.shape(like)), theta[-1]

def nabla(theta, like, X, Y, grad_w, grad_b):
    w, b = unpack(theta, like)
    return sum(pack(grad_w(w, b, x, y), grad_b(w, b, x, y)) for x, y in zip(X, Y))

def split(thetas, like):
    pairs = [unpack(th, like) for th in thetas]
    return [p[0] for p in pairs], [p[1] for p in pairs]


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    theta = pack(init_w, init_b)
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    thetas = [theta]
    for t in range(max_epochs):
        g = nabla(theta, init_w, X, Y, grad_w, grad_b)
        m = (1 - beta1) * m + beta1 * g
        v = (1 - beta2) * v + beta2 * g * g
        mhat = m / (1 - beta1 ** (t + 1))
        vhat = v / (1 - beta2 ** (t + 1))
        theta = theta - eta * mhat / sqrt(vhat + eps)
        thetas.append(theta)
    return split(thetas, init_w)


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    theta = pack(init_w, init_b)
    v = np.zeros_like(theta)
    thetas = [theta]
    for t in range(max_epochs):
        g = nabla(theta, init_w, X, Y, grad_w, grad_b)
        v = beta * v + (1 - beta) * g * g
        theta = theta - eta * g / sqrt(v + eps)
        thetas.append(theta)
    return split(thetas, init_w)


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    theta = pack(init_w, init_b)
    v = np.zeros_like(theta)
    thetas = [theta]
    for t in range(max_epochs):
        g = nabla(theta, init_w, X, Y, grad_w, grad_b)
        v = v + g * g
        theta = theta - eta * g / sqrt(v + eps)
        thetas.append(theta)
    return split(thetas, init_w)


explanation = """Learning rate decay is too aggressive for frequent parameters."""
