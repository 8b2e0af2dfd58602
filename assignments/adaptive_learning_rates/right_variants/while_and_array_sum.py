"""While loops; all gradients of an epoch in one array, summed along axis 0."""
import numpy as np


def f(w, b, x):
    return 1 / (1 + np.exp(-(np.dot(x, w) + b)))


def grad_w(w, b, x, y):
    yhat = f(w, b, x)
    return (yhat - y) * yhat * (1 - yhat) * np.asarray(x)


def grad_b(w, b, x, y):
    yhat = f(w, b, x)
    return (yhat - y) * yhat * (1 - yhat)


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    w_list, b_list = [np.asarray(init_w, float)], [init_b]
    v_w = v_b = 0
    epoch = 0
    while epoch < max_epochs:
        w, b = w_list[epoch], b_list[epoch]
        dw = np.array([grad_w(w, b, X[i], Y[i]) for i in range(len(X))]).sum(axis=0)
        db = np.array([grad_b(w, b, X[i], Y[i]) for i in range(len(X))]).sum()
        v_w, v_b = v_w + dw**2, v_b + db**2
        w_list.append(w - eta * dw / np.sqrt(v_w + eps))
        b_list.append(b - eta * db / np.sqrt(v_b + eps))
        epoch += 1
    return np.array(w_list), np.array(b_list)


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    w_list, b_list = [np.asarray(init_w, float)], [init_b]
    v_w = v_b = 0
    left = max_epochs
    while left:
        w, b = w_list[-1], b_list[-1]
        dw = np.array([grad_w(w, b, X[i], Y[i]) for i in range(len(X))]).sum(axis=0)
        db = np.array([grad_b(w, b, X[i], Y[i]) for i in range(len(X))]).sum()
        v_w = (1 - beta) * dw**2 + beta * v_w
        v_b = (1 - beta) * db**2 + beta * v_b
        w_list.append(w - eta * dw / np.sqrt(v_w + eps))
        b_list.append(b - eta * db / np.sqrt(v_b + eps))
        left -= 1
    return np.array(w_list), np.array(b_list)


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b,
            eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    w_list, b_list = [np.asarray(init_w, float)], [init_b]
    m_w = m_b = v_w = v_b = 0
    t = 0
    while True:
        if t == max_epochs:
            break
        t = t + 1
        w, b = w_list[-1], b_list[-1]
        dw = np.array([grad_w(w, b, X[i], Y[i]) for i in range(len(X))]).sum(axis=0)
        db = np.array([grad_b(w, b, X[i], Y[i]) for i in range(len(X))]).sum()
        m_w = (1 - beta1) * dw + beta1 * m_w
        m_b = (1 - beta1) * db + beta1 * m_b
        v_w = (1 - beta2) * dw**2 + beta2 * v_w
        v_b = (1 - beta2) * db**2 + beta2 * v_b
        w_list.append(w - eta * (m_w / (1 - beta1**t)) / np.sqrt(v_w / (1 - beta2**t) + eps))
        b_list.append(b - eta * (m_b / (1 - beta1**t)) / np.sqrt(v_b / (1 - beta2**t) + eps))
    return np.array(w_list), np.array(b_list)


def correct_bias(moment, beta, t):
    return moment / (1 - beta**t)


explanation = "AdaGrad is too aggressive: all squares are added up."
