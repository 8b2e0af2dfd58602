import numpy as np


def f(w, b, x):
    """Output of the sigmoid neuron at x."""
    raise NotImplementedError


def grad_w(w, b, x, y):
    """Derivative of the loss of one point by w; has the shape of x."""
    raise NotImplementedError


def grad_b(w, b, x, y):
    """Derivative of the loss of one point by b; a number."""
    raise NotImplementedError


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    """Returns (w_history, b_history), max_epochs + 1 entries each, the start first."""
    raise NotImplementedError


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    """Returns (w_history, b_history), max_epochs + 1 entries each, the start first."""
    raise NotImplementedError


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    """Returns (w_history, b_history), max_epochs + 1 entries each, the start first."""
    raise NotImplementedError


def correct_bias(moment, beta, t):
    """The moment without its bias towards 0; t counts from 1."""
    raise NotImplementedError


explanation = """"""
