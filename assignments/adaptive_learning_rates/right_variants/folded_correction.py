"""Adam with both corrections folded into the step size, as in section 2 of the Adam paper."""
import numpy as np


def f(w, b, x):
    return 0.5 * (1 + np.tanh(0.5 * (np.dot(w, x) + b)))


def grad_w(w, b, x, y):
    s = f(w, b, x)
    return x * (s - y) * s * (1 - s)


def grad_b(w, b, x, y):
    s = f(w, b, x)
    return (s - y) * s * (1 - s)


def _sums(X, Y, w, b, grad_w, grad_b):
    dw = sum(grad_w(w, b, xi, yi) for xi, yi in zip(X, Y))
    db = sum(grad_b(w, b, xi, yi) for xi, yi in zip(X, Y))
    return dw, db


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    w, b = init_w, init_b
    sw, sb = 0.0, 0.0
    hw, hb = [w], [b]
    for _ in range(max_epochs):
        dw, db = _sums(X, Y, w, b, grad_w, grad_b)
        sw, sb = sw + dw**2, sb + db**2
        # v + eps = eps * (v / eps + 1)
        w = w - (eta / np.sqrt(eps)) * dw / np.sqrt(sw / eps + 1)
        b = b - (eta / np.sqrt(eps)) * db / np.sqrt(sb / eps + 1)
        hw.append(w)
        hb.append(b)
    return hw, hb


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    w, b = init_w, init_b
    # q is v / (1 - beta): the factor goes into the root
    qw, qb = 0.0, 0.0
    hw, hb = [w], [b]
    for _ in range(max_epochs):
        dw, db = _sums(X, Y, w, b, grad_w, grad_b)
        qw, qb = beta * qw + dw**2, beta * qb + db**2
        w = w - eta * dw / np.sqrt((1 - beta) * qw + eps)
        b = b - eta * db / np.sqrt((1 - beta) * qb + eps)
        hw.append(w)
        hb.append(b)
    return hw, hb


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w, b = init_w, init_b
    mw = mb = vw = vb = 0.0
    hw, hb = [w], [b]
    for t in range(1, max_epochs + 1):
        dw, db = _sums(X, Y, w, b, grad_w, grad_b)
        mw = beta1 * mw + (1 - beta1) * dw
        mb = beta1 * mb + (1 - beta1) * db
        vw = beta2 * vw + (1 - beta2) * dw**2
        vb = beta2 * vb + (1 - beta2) * db**2
        # sqrt(v / c2 + eps) = sqrt(v + c2 * eps) / sqrt(c2), so eps has to shrink with it
        c1, c2 = 1 - beta1**t, 1 - beta2**t
        eta_t = eta * np.sqrt(c2) / c1
        w = w - eta_t * mw / np.sqrt(vw + c2 * eps)
        b = b - eta_t * mb / np.sqrt(vb + c2 * eps)
        hw.append(w)
        hb.append(b)
    return hw, hb


def correct_bias(moment, beta, t):
    # 1 - beta**t = (1 - beta) * (1 + beta + ... + beta**(t-1))
    return moment / ((1 - beta) * sum(beta**k for k in range(t)))


explanation = "The step along b is eta * g / sqrt(sum of g^2); the sum never shrinks."
