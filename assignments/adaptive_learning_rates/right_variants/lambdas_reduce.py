# short & functional
from functools import reduce
import numpy as np

f = lambda w, b, x: 1 / (1 + np.exp(-np.dot(w, x) - b))
grad_b = lambda w, b, x, y: (lambda s: (s - y) * s * (1 - s))(f(w, b, x))
grad_w = lambda w, b, x, y: grad_b(w, b, x, y) * x
correct_bias = lambda moment, beta, t: moment / (1 - beta**t)
tot = lambda g, w, b, X, Y: reduce(lambda s, p: s + g(w, b, p[0], p[1]), zip(X, Y), 0)
unzip = lambda h: ([s[0] for s in h], [s[1] for s in h])

do_adagrad = lambda X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8: unzip(reduce(
    lambda h, _: h + [(lambda w, b, p, q, dw, db: (
        w - eta / np.sqrt(p + dw**2 + eps) * dw, b - eta / np.sqrt(q + db**2 + eps) * db, p + dw**2, q + db**2))(
            *h[-1], tot(grad_w, *h[-1][:2], X, Y), tot(grad_b, *h[-1][:2], X, Y))],
    range(max_epochs), [(init_w, init_b, 0, 0)]))

do_rmsprop = lambda X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8: unzip(reduce(
    lambda h, _: h + [(lambda w, b, p, q, dw, db: (
        w - eta / np.sqrt(beta * p + (1 - beta) * dw**2 + eps) * dw,
        b - eta / np.sqrt(beta * q + (1 - beta) * db**2 + eps) * db,
        beta * p + (1 - beta) * dw**2, beta * q + (1 - beta) * db**2))(
            *h[-1], tot(grad_w, *h[-1][:2], X, Y), tot(grad_b, *h[-1][:2], X, Y))],
    range(max_epochs), [(init_w, init_b, 0, 0)]))

ema = lambda old, beta, new: beta * old + (1 - beta) * new
adam_step = lambda m, v, t, eta, beta1, beta2, eps: (
    eta / np.sqrt(correct_bias(v, beta2, t) + eps) * correct_bias(m, beta1, t))


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    def one(h, t):
        w, b, mw, mb, vw, vb = h[-1]
        dw, db = tot(grad_w, w, b, X, Y), tot(grad_b, w, b, X, Y)
        mw, mb, vw, vb = ema(mw, beta1, dw), ema(mb, beta1, db), ema(vw, beta2, dw**2), ema(vb, beta2, db**2)
        return h + [(w - adam_step(mw, vw, t, eta, beta1, beta2, eps),
                     b - adam_step(mb, vb, t, eta, beta1, beta2, eps), mw, mb, vw, vb)]
    return unzip(reduce(one, range(1, max_epochs + 1), [(init_w, init_b, 0, 0, 0, 0)]))


explanation = "sum of squares -> infinity, rate -> 0"
