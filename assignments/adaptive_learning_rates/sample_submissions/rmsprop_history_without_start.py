#!/usr/bin/env python3
# Karthik Subramanian
import numpy as np


def correct_bias(moment, beta, t):
    denominator = 1 - np.power(beta, t)
    return moment / denominator


def f(w, b, x):
    linear_part = np.dot(w, x) + b
    output = 1 / (1 + np.exp(-linear_part))
    return output

def grad_w(w, b, x, y):
    output = f(w, b, x)
    error = output - y
    derivative = output * (1 - output)
    return error * derivative * x

def grad_b(w, b, x, y):
    output = f(w, b, x)
    error = output - y
    derivative = output * (1 - output)
    return error * derivative


def do_adam(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta1=0.9, beta2=0.999, eps=1e-8):
    current_w = init_w
    current_b = init_b
    list_w = []
    list_b = []
    list_w.append(current_w)
    list_b.append(current_b)
    # moving averages
    mean_w = 0
    mean_b = 0
    history_w = 0
    history_b = 0
    epoch = 1
    while epoch <= max_epochs:
        # first the gradients of all points
        gradient_w = 0
        gradient_b = 0
        for i in range(len(X)):
            gradient_w = gradient_w + grad_w(current_w, current_b, X[i], Y[i])
            gradient_b = gradient_b + grad_b(current_w, current_b, X[i], Y[i])
        # then the moving averages
        mean_w = beta1 * mean_w + (1 - beta1) * gradient_w
        mean_b = beta1 * mean_b + (1 - beta1) * gradient_b
        history_w = beta2 * history_w + (1 - beta2) * np.power(gradient_w, 2)
        history_b = beta2 * history_b + (1 - beta2) * np.power(gradient_b, 2)
        # bias correction
        mean_w_hat = mean_w / (1 - np.power(beta1, epoch))
        mean_b_hat = mean_b / (1 - np.power(beta1, epoch))
        history_w_hat = history_w / (1 - np.power(beta2, epoch))
        history_b_hat = history_b / (1 - np.power(beta2, epoch))
        # then the update
        current_w = current_w - eta * mean_w_hat / np.sqrt(history_w_hat + eps)
        current_b = current_b - eta * mean_b_hat / np.sqrt(history_b_hat + eps)
        list_w.append(current_w)
        list_b.append(current_b)
        epoch = epoch + 1
    return list_w, list_b


def do_rmsprop(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, beta=0.9, eps=1e-8):
    current_w = init_w
    current_b = init_b
    list_w = []
    list_b = []
    # moving average of squared gradients
    history_w = 0
    history_b = 0
    epoch = 1
    while epoch <= max_epochs:
        # first the gradients of all points
        gradient_w = 0
        gradient_b = 0
        for i in range(len(X)):
            gradient_w = gradient_w + grad_w(current_w, current_b, X[i], Y[i])
            gradient_b = gradient_b + grad_b(current_w, current_b, X[i], Y[i])
        # then the moving average
        history_w = beta * history_w + (1 - beta) * np.power(gradient_w, 2)
        history_b = beta * history_b + (1 - beta) * np.power(gradient_b, 2)
        # then the update
        current_w = current_w - eta * gradient_w / np.sqrt(history_w + eps)
        current_b = current_b - eta * gradient_b / np.sqrt(history_b + eps)
        list_w.append(current_w)
        list_b.append(current_b)
        epoch = epoch + 1
    return list_w, list_b


def do_adagrad(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, eps=1e-8):
    current_w = init_w
    current_b = init_b
    list_w = []
    list_b = []
    list_w.append(current_w)
    list_b.append(current_b)
    # history of squared gradients
    history_w = 0
    history_b = 0
    epoch = 1
    while epoch <= max_epochs:
        # first the gradients of all points
        gradient_w = 0
        gradient_b = 0
        for i in range(len(X)):
            gradient_w = gradient_w + grad_w(current_w, current_b, X[i], Y[i])
            gradient_b = gradient_b + grad_b(current_w, current_b, X[i], Y[i])
        # then the history
        history_w = history_w + np.power(gradient_w, 2)
        history_b = history_b + np.power(gradient_b, 2)
        # then the update
        current_w = current_w - eta * gradient_w / np.sqrt(history_w + eps)
        current_b = current_b - eta * gradient_b / np.sqrt(history_b + eps)
        list_w.append(current_w)
        list_b.append(current_b)
        epoch = epoch + 1
    return list_w, list_b


explanation = 'Learning rate decay is too aggressive for frequent parameters.'
