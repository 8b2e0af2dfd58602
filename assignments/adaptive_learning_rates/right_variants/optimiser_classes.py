"""Optimisers as classes; what the assignment calls are bound methods."""
import numpy as np


class SigmoidNeuron:
    def __call__(self, w, b, x):
        return 1.0 / (1.0 + np.exp(-(np.dot(w, x) + b)))

    def delta(self, w, b, x, y):
        out = self(w, b, x)
        return (out - y) * out * (1.0 - out)

    def grad_w(self, w, b, x, y):
        return self.delta(w, b, x, y) * x

    def grad_b(self, w, b, x, y):
        return self.delta(w, b, x, y)


class Optimiser:
    """Base class: gathers the gradients and keeps the histories."""

    def start(self):
        self.t = 0
        self.state = {"w": self.new_state(), "b": self.new_state()}

    def new_state(self):
        return {"m": 0.0, "v": 0.0}

    def step(self, name, value, g):
        raise NotImplementedError

    def fit(self, X, Y, w, b, max_epochs, grad_w, grad_b):
        self.start()
        path = [(w, b)]
        while self.t < max_epochs:
            self.t += 1
            dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
            db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
            w, b = self.step("w", w, dw), self.step("b", b, db)
            path.append((w, b))
        return [p[0] for p in path], [p[1] for p in path]


class AdaGrad(Optimiser):
    def do(self, X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
        self.eta, self.eps = eta, eps
        return self.fit(X, Y, init_w, init_b, max_epochs, grad_w, grad_b)

    def step(self, name, value, g):
        s = self.state[name]
        s["v"] = s["v"] + g * g
        return value - self.eta * g / np.sqrt(s["v"] + self.eps)


class RMSProp(Optimiser):
    def do(self, X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
        self.eta, self.beta, self.eps = eta, beta, eps
        return self.fit(X, Y, init_w, init_b, max_epochs, grad_w, grad_b)

    def step(self, name, value, g):
        s = self.state[name]
        s["v"] = self.beta * s["v"] + (1 - self.beta) * g * g
        return value - self.eta * g / np.sqrt(s["v"] + self.eps)


class Adam(Optimiser):
    def do(self, X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
           eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
        self.eta, self.beta1, self.beta2, self.eps = eta, beta1, beta2, eps
        return self.fit(X, Y, init_w, init_b, max_epochs, grad_w, grad_b)

    def correct_bias(self, moment, beta, t):
        return moment / (1 - beta**t)

    def step(self, name, value, g):
        s = self.state[name]
        s["m"] = self.beta1 * s["m"] + (1 - self.beta1) * g
        s["v"] = self.beta2 * s["v"] + (1 - self.beta2) * g * g
        m_hat = self.correct_bias(s["m"], self.beta1, self.t)
        v_hat = self.correct_bias(s["v"], self.beta2, self.t)
        return value - self.eta * m_hat / np.sqrt(v_hat + self.eps)


neuron = SigmoidNeuron()
f, grad_w, grad_b = neuron, neuron.grad_w, neuron.grad_b
do_adagrad = AdaGrad().do
do_rmsprop = RMSProp().do
do_adam = Adam().do
correct_bias = Adam().correct_bias
explanation = ("The accumulated squared gradients of the always-on feature make the denominator so big "
               "that the steps along b become negligible.")
