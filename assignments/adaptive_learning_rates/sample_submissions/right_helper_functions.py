"""Assignment: adaptive learning rates."""
import numpy as np


def f(w, b, x):
    """Output of the sigmoid neuron."""
    z = np.dot(w, x) + b
    return 1 / (1 + np.exp(-z))


def grad_b(w, b, x, y):
    """d loss / d b for one point."""
    p = f(w, b, x)
    return (p - y) * p * (1 - p)


def grad_w(w, b, x, y):
    """d loss / d w for one point: chain rule, last factor x."""
    return grad_b(w, b, x, y) * x


def full_gradient(X, Y, w, b, grad_w, grad_b):
    total_w, total_b = np.zeros(np.shape(w)), 0.0
    for x, y in zip(X, Y):
        total_w = total_w + grad_w(w, b, x, y)
        total_b = total_b + grad_b(w, b, x, y)
    return total_w, total_b


def correct_bias(moment, beta, t):
    """Unbiased moment: E[m_t] = (1 - beta**t) E[g]."""
    return moment / (1 - beta ** t)


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    """AdaGrad: divide by the root of all squared gradients so far."""
    w, b = init_w, init_b
    history = [(w, b)]
    acc_w, acc_b = np.zeros(np.shape(w)), 0.0
    for epoch in range(max_epochs):
        g_w, g_b = full_gradient(X, Y, w, b, grad_w, grad_b)
        acc_w = acc_w + np.square(g_w)
        acc_b = acc_b + np.square(g_b)
        rate_w = eta / np.sqrt(acc_w + eps)
        rate_b = eta / np.sqrt(acc_b + eps)
        w = w - rate_w * g_w
        b = b - rate_b * g_b
        history.append((w, b))
    return [h[0] for h in history], [h[1] for h in history]


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    """RMSProp: like AdaGrad with a decaying average."""
    w, b = init_w, init_b
    history = [(w, b)]
    acc_w, acc_b = np.zeros(np.shape(w)), 0.0
    for epoch in range(max_epochs):
        g_w, g_b = full_gradient(X, Y, w, b, grad_w, grad_b)
        acc_w = beta * acc_w + (1 - beta) * np.square(g_w)
        acc_b = beta * acc_b + (1 - beta) * np.square(g_b)
        rate_w = eta / np.sqrt(acc_w + eps)
        rate_b = eta / np.sqrt(acc_b + eps)
        w = w - rate_w * g_w
        b = b - rate_b * g_b
        history.append((w, b))
    return [h[0] for h in history], [h[1] for h in history]


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    """Adam: momentum in the numerator, RMSProp in the denominator, both corrected."""
    w, b = init_w, init_b
    history = [(w, b)]
    m_w, m_b = np.zeros(np.shape(w)), 0.0
    acc_w, acc_b = np.zeros(np.shape(w)), 0.0
    for epoch in range(max_epochs):
        g_w, g_b = full_gradient(X, Y, w, b, grad_w, grad_b)
        m_w = beta1 * m_w + (1 - beta1) * g_w
        m_b = beta1 * m_b + (1 - beta1) * g_b
        acc_w = beta2 * acc_w + (1 - beta2) * np.square(g_w)
        acc_b = beta2 * acc_b + (1 - beta2) * np.square(g_b)
        fix1 = 1 - beta1 ** (epoch + 1)
        fix2 = 1 - beta2 ** (epoch + 1)
        rate_w = eta / np.sqrt(acc_w / fix2 + eps)
        rate_b = eta / np.sqrt(acc_b / fix2 + eps)
        w = w - rate_w * (m_w / fix1)
        b = b - rate_b * (m_b / fix1)
        history.append((w, b))
    return [h[0] for h in history], [h[1] for h in history]


explanation = """I think Adagrad gets stuck since the learning rate is killed: g1^2 + g2^2 + ... never shrinks."""
