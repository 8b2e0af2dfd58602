#!/usr/bin/env python3
# AE17B110
import numpy as np


def correct_bias(moment, beta, t):
    return moment / (1.0 - beta ** t)


class Neuron:
    @staticmethod
    def out(w, b, x):
        return 1.0 / (1.0 + np.exp(-(np.dot(w, x) + b)))

    @classmethod
    def delta(cls, w, b, x, y):
        o = cls.out(w, b, x)
        return (o - y) * o * (1.0 - o)


def f(w, b, x):
    return Neuron.out(w, b, x)


def grad_w(w, b, x, y):
    return Neuron.delta(w, b, x, y) * x


def grad_b(w, b, x, y):
    return Neuron.delta(w, b, x, y)


def train(opt_w, opt_b, X, Y, w, b, max_epochs, grad_w, grad_b):
    hw, hb = [w], [b]
    for epoch in range(max_epochs):
        gw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        gb = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        w, b = opt_w.step(w, gw), opt_b.step(b, gb)
        hw.append(w)
        hb.append(b)
    return hw, hb


class Adam:
    def __init__(self, eta, beta1, beta2, eps):
        self.eta, self.beta1, self.beta2, self.eps = eta, beta1, beta2, eps
        self.m = 0.0
        self.v = 0.0
        self.t = 0

    def step(self, p, g):
        self.t += 1
        self.m = self.beta2 * self.m + (1 - self.beta2) * g
        self.v = self.beta1 * self.v + (1 - self.beta1) * g ** 2
        return p - self.eta / np.sqrt(self.v + self.eps) * self.m


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    return train(Adam(eta, beta1, beta2, eps), Adam(eta, beta1, beta2, eps),
                 X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


class RMSProp:
    def __init__(self, eta, beta, eps):
        self.eta, self.beta, self.eps = eta, beta, eps
        self.v = 0.0

    def step(self, p, g):
        self.v = self.beta * self.v + (1 - self.beta) * g ** 2
        return p - self.eta / np.sqrt(self.v + self.eps) * g


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    return train(RMSProp(eta, beta, eps), RMSProp(eta, beta, eps),
                 X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


class Adagrad:
    def __init__(self, eta, eps):
        self.eta, self.eps = eta, eps
        self.v = 0.0

    def step(self, p, g):
        self.v = self.v + g ** 2
        return p - self.eta / np.sqrt(self.v + self.eps) * g


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    return train(Adagrad(eta, eps), Adagrad(eta, eps),
                 X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


explanation = """I think Adagrad gets stuck since the learning rate is killed: g1^2 + g2^2 + ... never shrinks."""
