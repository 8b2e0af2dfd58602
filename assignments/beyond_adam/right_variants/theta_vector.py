# w and b in one vector; the rules are small closures.
import numpy as np


def run(make, X, Y, init_w, init_b, max_epochs, grad_w, grad_b):
    shape = np.shape(init_w)
    theta = np.append(init_w, init_b).astype(float)
    step, path = make(), [theta]
    for t in range(1, max_epochs + 1):
        w, b = theta[:-1].reshape(shape), theta[-1]
        g = np.sum([np.append(grad_w(w, b, x, y), grad_b(w, b, x, y)) for x, y in zip(X, Y)], axis=0)
        theta = theta - step(g, t)
        path.append(theta)
    return np.array([p[:-1].reshape(shape) for p in path]), np.array([p[-1] for p in path])


def do_amsgrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
               eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    def make():
        m = v = top = 0.0

        def step(g, t):
            nonlocal m, v, top
            m += (1 - beta1) * (g - m)
            v += (1 - beta2) * (g * g - v)
            top = np.maximum(top, v)
            return eta * m * (top + eps) ** -0.5

        return step

    return run(make, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def decayed_rate(eta, decay, t):
    return 1 / (1 / eta + decay / eta * (t - 1))


def halved_rate(eta, losses):
    losses = list(losses)
    return eta / 2 ** sum(b > a for a, b in zip(losses, losses[1:]))


def do_annealed_momentum(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
                         eta=0.1, gamma=0.9, decay=0.01):
    def make():
        update = 0.0

        def step(g, t):
            nonlocal update
            update = gamma * update + decayed_rate(eta, decay, t) * g
            return update

        return step

    return run(make, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def do_adagrad_without_root(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    def make():
        v = eps

        def step(g, t):
            nonlocal v
            v = v + g**2
            return eta * g / v

        return step

    return run(make, X, Y, init_w, init_b, max_epochs, grad_w, grad_b)


def epochs_to_arrive(w_history, b_history, w_goal, b_goal, radius):
    return next(
        (t for t, (w, b) in enumerate(zip(w_history, b_history))
         if abs(complex(w - w_goal, b - b_goal)) <= radius), -1)
