"""Works in np.longdouble inside and returns arrays of it."""
import numpy as np

REAL = np.longdouble


def f(w, b, x):
    return 1 / (1 + np.exp(-(np.dot(np.asarray(w, REAL), np.asarray(x, REAL)) + REAL(b))))


def grad_w(w, b, x, y):
    s = f(w, b, x)
    return (s - y) * s * (1 - s) * np.asarray(x, REAL)


def grad_b(w, b, x, y):
    s = f(w, b, x)
    return (s - y) * s * (1 - s)


def correct_bias(moment, beta, t):
    return moment / (1 - REAL(beta) ** int(t))


def summed(grad, w, b, X, Y):
    """The gradients are asked at double precision and added up at long double."""
    w, b = np.asarray(w, float)[()], float(b)
    return np.sum([np.asarray(grad(w, b, x, y), REAL) for x, y in zip(X, Y)], axis=0)


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    w, b, v_w, v_b = np.asarray(init_w, REAL), REAL(init_b), REAL(0), REAL(0)
    ws, bs = [w], [b]
    for _ in range(max_epochs):
        dw, db = summed(grad_w, w, b, X, Y), summed(grad_b, w, b, X, Y)
        v_w, v_b = v_w + dw**2, v_b + db**2
        w, b = w - REAL(eta) / np.sqrt(v_w + REAL(eps)) * dw, b - REAL(eta) / np.sqrt(v_b + REAL(eps)) * db
        ws.append(w)
        bs.append(b)
    return np.array(ws), np.array(bs)


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    w, b, v_w, v_b = np.asarray(init_w, REAL), REAL(init_b), REAL(0), REAL(0)
    beta = REAL(beta)
    ws, bs = [w], [b]
    for _ in range(max_epochs):
        dw, db = summed(grad_w, w, b, X, Y), summed(grad_b, w, b, X, Y)
        v_w, v_b = beta * v_w + (1 - beta) * dw**2, beta * v_b + (1 - beta) * db**2
        w, b = w - REAL(eta) / np.sqrt(v_w + REAL(eps)) * dw, b - REAL(eta) / np.sqrt(v_b + REAL(eps)) * db
        ws.append(w)
        bs.append(b)
    return np.array(ws), np.array(bs)


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w, b = np.asarray(init_w, REAL), REAL(init_b)
    m_w = m_b = v_w = v_b = REAL(0)
    eta, beta1, beta2, eps = map(REAL, (eta, beta1, beta2, eps))
    ws, bs = [w], [b]
    for t in range(1, max_epochs + 1):
        dw, db = summed(grad_w, w, b, X, Y), summed(grad_b, w, b, X, Y)
        m_w, m_b = beta1 * m_w + (1 - beta1) * dw, beta1 * m_b + (1 - beta1) * db
        v_w, v_b = beta2 * v_w + (1 - beta2) * dw**2, beta2 * v_b + (1 - beta2) * db**2
        w = w - eta / np.sqrt(correct_bias(v_w, beta2, t) + eps) * correct_bias(m_w, beta1, t)
        b = b - eta / np.sqrt(correct_bias(v_b, beta2, t) + eps) * correct_bias(m_b, beta1, t)
        ws.append(w)
        bs.append(b)
    return np.array(ws), np.array(bs)


explanation = "No precision helps: the rate itself goes to zero."
