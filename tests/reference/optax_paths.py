"""The paths that optax takes: the outside implementation that the reference is held against.

A program of its own, ``python optax_paths.py PROBLEMS.npz PATHS.npz``, because JAX starts threads
and warns when its process forks, as other tests do.  Nothing of ours is imported: the gradient is
JAX's own derivative of the loss.

The problems are arrays whose first axis counts problems: ``X`` (problems, n, d), ``Y``
(problems, n), ``start`` (problems, d + 1), and one number a problem for each hyper-parameter.
The answer holds an array (problems, epochs + 1, d + 1) for each rule.
"""

import sys

import jax
import jax.numpy as jnp
import numpy as np
import optax

EPOCHS = 25


def loss(theta, X, Y):
    return jnp.sum((jax.nn.sigmoid(X @ theta[:-1] + theta[-1]) - Y) ** 2) / 2


def rate(problem):
    return optax.scale(-problem["eta"])


def falling_rate(problem):
    return optax.scale_by_schedule(lambda t: -problem["eta"] / (1 + problem["decay"] * t))


def amsgrad(problem):
    return optax.chain(
        optax.scale_by_amsgrad(
            problem["beta1"],
            problem["beta2"],
            eps=0.0,
            eps_root=problem["eps"],
            bias_correction_mu=False,  # Algorithm 2 of the paper corrects neither
            bias_correction_nu=False,
        ),
        rate(problem),
    )


OPTIMIZERS = {
    "gradient_descent": rate,
    "momentum": lambda p: optax.chain(optax.trace(p["gamma"]), rate(p)),
    "nesterov": lambda p: optax.chain(optax.trace(p["gamma"], nesterov=True), rate(p)),
    # v starts at 0.1 unless told; ε is inside the root here.
    "adagrad": lambda p: optax.chain(optax.scale_by_rss(0.0, eps=p["eps"]), rate(p)),
    "rmsprop": lambda p: optax.chain(
        optax.scale_by_rms(p["beta"], eps=p["eps"], eps_in_sqrt=True), rate(p)
    ),
    "adam": lambda p: optax.chain(
        optax.scale_by_adam(p["beta1"], p["beta2"], eps=0.0, eps_root=p["eps"]), rate(p)
    ),
    "amsgrad": amsgrad,
    # The rate is applied before the sum over epochs: older gradients keep theirs.
    "momentum_constant_decay": lambda p: optax.chain(falling_rate(p), optax.trace(p["gamma"])),
}


def path(name, problem):
    optimizer = OPTIMIZERS[name](problem)
    start = problem["start"]

    def epoch(carry, _):
        theta, state = carry
        gradient = jax.grad(loss)(theta, problem["X"], problem["Y"])
        updates, state = optimizer.update(gradient, state, theta)
        theta = optax.apply_updates(theta, updates)
        seen = theta
        if name == "nesterov":
            # optax keeps the look-ahead point theta - gamma * update, and the update without eta.
            trace = optax.tree_utils.tree_get(state, "trace")
            seen = theta + problem["gamma"] * problem["eta"] * trace
        return (theta, state), seen

    _, rows = jax.lax.scan(epoch, (start, optimizer.init(start)), None, length=EPOCHS)
    return jnp.vstack([start, rows])


def main(problems_file, paths_file):
    jax.config.update("jax_enable_x64", True)
    problems = {name: jnp.asarray(array) for name, array in np.load(problems_file).items()}
    paths = {
        name: np.asarray(jax.jit(jax.vmap(lambda p, name=name: path(name, p)))(problems))
        for name in OPTIMIZERS
    }
    np.savez(paths_file, **paths)


if __name__ == "__main__":
    main(*sys.argv[1:])
