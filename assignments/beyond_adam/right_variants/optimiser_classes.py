"""One class a rule; a parameter has an object of its own."""
import numpy as np


class AMSGrad:
    def __init__(self, eta, beta1, beta2, eps):
        self.eta, self.beta1, self.beta2, self.eps = eta, beta1, beta2, eps
        self.m = self.v = self.most = 0.0

    def __call__(self, p, g):
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
        self.most = np.where(self.v > self.most, self.v, self.most)
        return p - self.eta * self.m / np.sqrt(self.most + self.eps)


class Annealed:
    def __init__(self, eta, gamma, decay):
        self.eta, self.gamma, self.decay = eta, gamma, decay
        self.epochs, self.update = 0, 0.0

    def __call__(self, p, g):
        rate = self.eta / (1 + self.decay * self.epochs)
        self.epochs += 1
        self.update = self.gamma * self.update + rate * g
        return p - self.update


class NoRoot:
    def __init__(self, eta, eps):
        self.eta, self.eps, self.v = eta, eps, 0.0

    def __call__(self, p, g):
        self.v = self.v + g**2
        return p - self.eta / (self.v + self.eps) * g


def fit(of_w, of_b, X, Y, init_w, init_b, max_epochs, grad_w, grad_b):
    ws, bs = [init_w], [init_b]
    for _ in range(max_epochs):
        w, b = ws[-1], bs[-1]
        ws.append(of_w(w, sum(grad_w(w, b, x, y) for x, y in zip(X, Y))))
        bs.append(of_b(b, sum(grad_b(w, b, x, y) for x, y in zip(X, Y))))
    return ws, bs


def do_amsgrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
               eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    rules = (AMSGrad(eta, beta1, beta2, eps) for _ in "wb")
    return fit(*rules, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def decayed_rate(eta, decay, t):
    rule = Annealed(eta, 0.0, decay)
    for _ in range(t):
        step = -rule(0.0, 1.0)
    return step


def halved_rate(eta, losses):
    if len(losses) < 2:
        return eta
    return halved_rate(eta / 2 if losses[1] > losses[0] else eta, losses[1:])


def do_annealed_momentum(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
                         eta=0.1, gamma=0.9, decay=0.01):
    rules = (Annealed(eta, gamma, decay) for _ in "wb")
    return fit(*rules, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_adagrad_without_root(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    return fit(NoRoot(eta, eps), NoRoot(eta, eps), X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def epochs_to_arrive(w_history, b_history, w_goal, b_goal, radius):
    epoch = 0
    while epoch < len(w_history):
        if (w_history[epoch] - w_goal) ** 2 + (b_history[epoch] - b_goal) ** 2 <= radius**2:
            return epoch
        epoch += 1
    return -1
