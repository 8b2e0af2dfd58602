"""The words of the judge that students read, in one table, so that a teacher can change them."""

PART_RIGHT = {
    "gradient": "The gradient is summed over all points.",
    "velocity": "The velocity gathers the gradients with the right weights.",
    "first moment": "The first moment averages the gradients with the right weights.",
    "second moment": "The squared gradients are gathered with the right weights.",
    "bias correction": "Both moments are corrected for starting at zero.",
    "learning rate": "The learning rate follows the schedule.",
    "step": "The step is formed as it should be.",
}
PART_WRONG = {
    "gradient": "The gradient is not gathered as the sum over all points at the current (w, b).",
    "velocity": "The velocity does not gather the gradients as the rule says.",
    "first moment": "The first moment does not average the gradients as the rule says.",
    "second moment": "The squared gradients are not gathered as the rule says.",
    "bias correction": "The moments are not corrected as the rule says.",
    "learning rate": "The learning rate does not follow the schedule.",
    "step": "The step is not formed as the rule says.",
}
COSTS_NO_MORE = " (This costs nothing beyond the other fault.)"
CONVENTION = (
    "You follow another convention than this lecture's formula, the one named below; elsewhere "
    "your rule is right."
)
TRAJECTORY_RIGHT = {
    "trajectory": "Every entry of both histories is right where x is a number.",
    "vector": "Every entry of both histories is right where x is a vector.",
}
TRAJECTORY_CONVENTION = "Right, but for the convention named below."
TRAJECTORY_WRONG = {
    "trajectory": "The histories are not those of the rule where x is a number.",
    "vector": "The histories are not those of the rule where x is a vector.",
}
TRAJECTORY_FORM = {
    "trajectory": "Where x is a number: {problem}.",
    "vector": "Where x is a vector: {problem}.",
}
TRAJECTORY_RAISED = {
    "trajectory": "The function stopped with an error where x is a number.",
    "vector": "The function stopped with an error where x is a vector. Does it treat w as one "
    "number, for example with math.sqrt?",
}
TRAJECTORY_LENGTH = {
    "trajectory": "For {epochs} epochs the histories should have {wanted} entries, the start "
    "first; yours have {entries}.",
    "vector": "For {epochs} epochs the histories should have {wanted} entries, the start first; "
    "yours have {entries}.",
}
EDGE_RIGHT = {
    "no epochs": "With max_epochs = 0 it returns just the start.",
    "inputs untouched": "The inputs are left as they were.",
    "called twice": "Called twice, it answers the same.",
    "tiny steps": "It goes on to max_epochs even when its steps are tiny.",
}
EDGE_WRONG = {
    "no epochs": "With max_epochs = 0 it should return just the start.",
    "inputs untouched": "It changes what it was given, or returned no history to tell by. "
    "An array changed in place is the caller's array too.",
    "called twice": "Called twice with the same arguments, it should answer the same. What stays "
    "from the first call?",
    "tiny steps": "Close to the minimum it should go on to max_epochs: the histories have an entry "
    "for every epoch, however small the steps are.",
}
EDGE_CONVENTION = "Not held against you: it follows from the convention named below."
MISSING = (
    "There is no function {function} in this file. Was it deleted or renamed, or did its cell fail?"
)
MISSING_BELOW = "There is no function {function} in this file: the file stopped at {fault}"
STOPPED = {
    "timed_out": "{function} did not finish within the time that one call, or the submission as a "
    "whole, has. Does its loop end?",
    "exited": "{function} ended the whole Python process (exit or quit) instead of returning.",
    "crashed": "{function} crashed the Python process.",
    "out_of_memory": "{function} asked for more memory than a submission has.",
    "flooded": "{function} printed or returned far too much.",
}
RAISED = "{function} stopped with {kind}{where}: {message}"
NOTHING_RETURNED = "Every path needs a return: {function} gives back nothing."
BEFORE = "(It was not defined because a cell failed: {fault})"
INTERFACE = {
    "history_aliased": (
        "stores the same array in its history again and again",
        "What does the list hold after `append`: a copy or a second name for one array?",
    ),
    "history_without_start": (
        "leaves the start out of its history",
        "How long is your history for `max_epochs=0`?",
    ),
    "history_too_long": (
        "returns more entries than max_epochs + 1",
        "Count how often `append` runs in one epoch, and how many epochs your loop makes.",
    ),
    "final_point_only": (
        "returns the last point, not the history",
        "What would you need to draw the whole path?",
    ),
    "nothing_returned": (
        "returns nothing",
        "Printing shows a value to you, `return` hands it to the caller.",
    ),
    "hyperparameter_ignored": (
        "does not use everything that it is given",
        "Look for a line that sets an argument to a value of its own.",
    ),
    "start_ignored": (
        "does not start where it is told to",
        "Which values do w and b have before the first epoch?",
    ),
    "stops_early": (
        "stops before max_epochs",
        "Look for a `break`, a `return` inside the loop, or a range that is one too short.",
    ),
    "mutates_input": (
        "changes its inputs",
        "Which lines change an array in place (`-=`, `[...] =`)?",
    ),
    "remembers_last_call": (
        "gives another answer when it is called again",
        "Which of your variables live outside the function?",
    ),
}
"""Title and hint of faults that any function may have, where an assignment has no words of its
own for them."""
