# eta stands in the step: with a constant eta the path is the same.
def do_gradient_descent(*, X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1):
    return do_momentum(
        X=X,
        Y=Y,
        init_w=init_w,
        init_b=init_b,
        max_epochs=max_epochs,
        grad_w=grad_w,
        grad_b=grad_b,
        eta=eta,
        gamma=0,
    )


def do_momentum(*, X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    w, b, s_w, s_b = init_w, init_b, 0.0, 0.0
    w_history, b_history = [w], [b]
    for _ in range(max_epochs):
        s_w, s_b = gamma * s_w, gamma * s_b
        for x, y in reversed(list(zip(X, Y))):
            s_w = s_w + grad_w(w=w, b=b, x=x, y=y)
            s_b = s_b + grad_b(w=w, b=b, x=x, y=y)
        w, b = w - eta * s_w, b - eta * s_b
        w_history += [w]
        b_history += [b]
    return [w_history, b_history]


def do_nesterov(*, X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta=0.1, gamma=0.9):
    w, b, s_w, s_b = init_w, init_b, 0.0, 0.0
    w_history, b_history = [w], [b]
    for _ in range(max_epochs):
        s_w, s_b = gamma * s_w, gamma * s_b
        at_w, at_b = w - eta * s_w, b - eta * s_b
        for x, y in reversed(list(zip(X, Y))):
            s_w = s_w + grad_w(w=at_w, b=at_b, x=x, y=y)
            s_b = s_b + grad_b(w=at_w, b=at_b, x=x, y=y)
        w, b = w - eta * s_w, b - eta * s_b
        w_history += [w]
        b_history += [b]
    return [w_history, b_history]


def velocity_weights(eta, gamma, t):
    weights = [eta]
    while len(weights) < t:
        weights.insert(0, weights[0] * gamma)
    return weights
