"""What is true: the lecture's neuron, data, update rules and moments.  Hidden from students.

Source: CS7015 Deep Learning (M. M. Khapra, IIT Madras), lecture 5, module 5.9, "Gradient Descent
with Adaptive Learning Rate", and the papers named where they are used.

::

    sigmoid_neuron   f, its loss and gradients; the gradient summed over all points
    sparse_data      the lecture's experiment: 100 points, x = 0 in 80 of them
    update_rules     gradient descent, momentum, NAG, AdaGrad, RMSProp, Adam
    moments          what an exponential average averages, and why it has to be corrected
    annealing        momentum with a learning rate that is lowered on the way
    beyond_adam      AMSGrad, the sequence on which Adam fails, AdaGrad without its root
    rules_as_data    all these rules as one recurrence with other numbers in it
    running          such a rule's path: gather, moments, correct, step
    vocabulary       rules, edits of their numbers, and what is said of them
    misconceptions   the known edits (misconceptions_momentum: those of velocity and look-ahead)
    catalogue        a rule with its faults, one by one and in pairs, evaluated together

Nothing here is executed beside student code, copied into a release, or tuned to a mark: a module
changes only when the lecture or a paper does.  NumPy is all that it needs.
"""
