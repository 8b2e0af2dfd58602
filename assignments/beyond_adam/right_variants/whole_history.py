# Nothing is kept but all gradients; every epoch looks at all of them again.
import numpy as np


def weights(beta, t):
    return (1 - beta) * beta ** np.arange(t - 1, -1, -1.0)


def follow(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b):
    w, b = np.array(init_w, dtype=float), np.array(init_b, dtype=float)
    path, seen_w, seen_b = [(w, b)], [], []
    for _ in range(max_epochs):
        seen_w.append(np.sum([grad_w(w, b, x, y) for x, y in zip(X, Y)], axis=0))
        seen_b.append(np.sum([grad_b(w, b, x, y) for x, y in zip(X, Y)], axis=0))
        w, b = w - step(np.array(seen_w)), b - step(np.array(seen_b))
        path.append((w, b))
    return [p[0] for p in path], [float(p[1]) for p in path]


def do_amsgrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
               eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    def step(g):
        t = len(g)
        v = [np.tensordot(weights(beta2, k), g[:k] ** 2, axes=1) for k in range(1, t + 1)]
        m = np.tensordot(weights(beta1, t), g, axes=1)
        return eta * m / np.sqrt(np.max(v, axis=0) + eps)

    return follow(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def decayed_rate(eta, decay, t):
    return np.divide(eta, 1 + decay * (t - 1))


def halved_rate(eta, losses):
    up = [after > before for before, after in zip(losses[:-1], losses[1:])]
    return eta * np.prod([0.5 if u else 1.0 for u in up])


def do_annealed_momentum(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
                         eta=0.1, gamma=0.9, decay=0.01):
    def step(g):
        t = len(g)
        rates = np.array([decayed_rate(eta, decay, k) for k in range(1, t + 1)])
        return np.tensordot(rates * gamma ** np.arange(t - 1, -1, -1.0), g, axes=1)

    return follow(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_adagrad_without_root(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    def step(g):
        return eta / (np.sum(g**2, axis=0) + eps) * g[-1]

    return follow(step, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def epochs_to_arrive(w_history, b_history, w_goal, b_goal, radius):
    epochs = [t for t in range(len(w_history))
              if np.linalg.norm([w_history[t] - w_goal, b_history[t] - b_goal]) <= radius]
    return epochs[0] if epochs else -1
