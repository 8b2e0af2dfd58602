# Ananya R, CS17B004
# Assignment 3 - adaptive learning rates
import numpy as np


def f(w, b, x):
    return 1 / (1 + np.exp(-(np.sum(w * x) + b)))

def grad_w(w, b, x, y):
    return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x)) * x

def grad_b(w, b, x, y):
    return (f(w, b, x) - y) * f(w, b, x) * (1 - f(w, b, x))


def correct_bias(moment, beta, t):
    return moment / (1 - beta ** t)


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    ws, bs = [init_w], [init_b]
    sw, sb = 0.0, 0.0
    for t in range(1, max_epochs + 1):
        gw = np.sum([grad_w(ws[-1], bs[-1], xi, yi) for xi, yi in zip(X, Y)], axis=0)
        gb = np.sum([grad_b(ws[-1], bs[-1], xi, yi) for xi, yi in zip(X, Y)], axis=0)
        sw = sw + gw ** 2
        sb = sb + gb ** 2
        ws.append(ws[-1] - eta * gw / np.sqrt(sw + eps))
        bs.append(bs[-1] - eta * gb / np.sqrt(sb + eps))
    return ws, bs


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    ws, bs = [init_w], [init_b]
    sw, sb = 0.0, 0.0
    for t in range(1, max_epochs + 1):
        gw = np.sum([grad_w(ws[-1], bs[-1], xi, yi) for xi, yi in zip(X, Y)], axis=0)
        gb = np.sum([grad_b(ws[-1], bs[-1], xi, yi) for xi, yi in zip(X, Y)], axis=0)
        sw = beta * sw + (1 - beta) * gw ** 2
        sb = beta * sb + (1 - beta) * gb ** 2
        ws.append(ws[-1] - eta * gw / np.sqrt(sw + eps))
        bs.append(bs[-1] - eta * gb / np.sqrt(sb + eps))
    return ws, bs


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w, b = init_w, init_b
    ws, bs = [w], [b]
    mw, mb, sw, sb = 0.0, 0.0, 0.0, 0.0
    for t in range(1, max_epochs + 1):
        # first w
        gw = np.sum([grad_w(w, b, xi, yi) for xi, yi in zip(X, Y)], axis=0)
        mw = beta1 * mw + (1 - beta1) * gw
        sw = beta2 * sw + (1 - beta2) * gw ** 2
        w = w - eta * mw / (1 - beta1 ** t) / np.sqrt(sw / (1 - beta2 ** t) + eps)
        # then b
        gb = np.sum([grad_b(w, b, xi, yi) for xi, yi in zip(X, Y)], axis=0)
        mb = beta1 * mb + (1 - beta1) * gb
        sb = beta2 * sb + (1 - beta2) * gb ** 2
        b = b - eta * mb / (1 - beta1 ** t) / np.sqrt(sb / (1 - beta2 ** t) + eps)
        ws.append(w)
        bs.append(b)
    return ws, bs


explanation = 'I think Adagrad gets stuck since the learning rate is killed: g1^2 + g2^2 + ... never shrinks.'


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    xs = rng.normal(size=20) * (rng.random(20) < 0.2)
    ys = 1 / (1 + np.exp(-xs))
    print(do_adam(X=xs, Y=ys, init_w=0.5, init_b=-1.0, max_epochs=5, grad_w=grad_w, grad_b=grad_b))
