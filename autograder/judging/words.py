"""The words of the judge that students read, in one table, so that a teacher can change them."""


# ------------------------------------------------------------------ questions without a judgement

NOT_JUDGED = (
    "This question could not be judged, through no fault of yours. It is not a 0, and will be "
    "judged again."
)
TOO_MUCH = (
    "What your functions returned took far more time or memory to look through than any right "
    "answer does, so it was given up. Return what is asked for, and nothing that is larger."
)

# -------------------------------------------------------------------- the checks of an update rule

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
STEP_MEASURED = "The steps are not those that the rule makes of these gradients."
"""Where no fault is known."""
STEP_OFF = {
    True: "Your steps are those of an epsilon, or of gradients, off by a factor.",
    False: "Your steps are off by a factor; it may stand in the step, in a moment or in its "
    "correction.",
}
"""Where the moments are right but for a factor of each epoch; True: epsilon's."""
PART_BUT_FACTOR = {
    "first moment": "But for a factor, the first moment averages the gradients with the right "
    "weights.",
    "second moment": "But for a factor, the squared gradients are gathered with the right weights.",
    "bias correction": "But for a factor, both moments are corrected for starting at zero.",
}
PART_OFF = {
    "velocity": "The velocity itself is formed as the rule says; that its recovered weights are "
    "others comes from another part.",
    "first moment": "The first moment itself is formed as the rule says; that its recovered "
    "weights are others comes from another part.",
    "second moment": "The squared gradients themselves are gathered as the rule says; that the "
    "recovered weights are others comes from another part.",
}
"""Of a moment that is right, beside a table of weights that are not."""
AS_SEEN = {
    "ordinary": "On ordinary problems, {right}",
    "most": "In most updates of ordinary problems, {right}",
    "measured": "As far as it was measured, {right}",
}
"""How far what is right was seen to be so, where something else is wrong; completed by a sentence
of ``PART_RIGHT`` without its capital."""
NOT_TRIED = "Not tried: {why}."
WHY = {
    "missing": "there is no function {function}",
    "undefined": "def {function} was never run",
    "unwritten": "{function} is not written yet",
    "raised": "{function} stops with an error",
    "timed_out": "{function} runs out of time",
    "exited": "{function} ends the whole Python process",
    "crashed": "{function} crashes the Python process",
    "out_of_memory": "{function} runs out of memory",
    "flooded": "{function} prints or returns too much",
    "nothing": "{function} returns nothing",
    "awaited": "{function} has to be awaited, and nobody awaits it",
    "form": "what {function} returns could not be read as two histories",
    "length": "{function} returns histories of another length",
    "start": "the histories that {function} returns do not begin at the start",
    "numbers": "what {function} returns are not all finite numbers",
    "answer": "there is no answer to tell by",
    "steps": "it cannot be told from the steps, which do not follow the rule",
    "moments": "with which weights the moments average cannot be told from the steps",
}
"""Why a check could not be tried; completes a sentence."""
COSTS_NO_MORE = " (This costs nothing beyond the other fault.)"
CONVENTION = (
    "You follow another convention than this lecture's formula, the one named below; elsewhere "
    "your rule is right."
)
CONVENTION_AND_MORE = (
    "You follow another convention than this lecture's formula, the one named below."
)
TRAJECTORY_RIGHT = {
    "trajectory": "Every entry of both histories is right where x is a number.",
    "vector": "Every entry of both histories is right where x is a vector.",
}
TRAJECTORY_CONVENTION = "Right, but for the convention named below."
TRAJECTORY_CONVENTION_SEEN = (
    "Right on the {count} calls that count, but for the convention named below."
)
OTHER_FORM = "{message} But they are not returned as the pair (w_history, b_history)."
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
TRAJECTORY_LENGTH = (
    "For {epochs} epochs the histories should have {wanted} entries, the start first; yours have "
    "{entries}."
)
TRAJECTORY_ELSEWHERE = {
    "trajectory": "Right on ordinary problems where x is a number, but not everywhere. {told}",
    "vector": "Right on ordinary problems where x is a vector, but not everywhere. {told}",
}
TRAJECTORY_SEEN = {
    "trajectory": "Every entry of both histories is right on the {count} calls that count where x "
    "is a number.",
    "vector": "Every entry of both histories is right on the {count} calls that count where x is a "
    "vector.",
}
"""Where other calls are wrong."""
ON_A_CALL = "On a call with {call}: {what}."
CALL_POINTS = {True: "1 point", False: "{count} points"}
CALL_EPOCHS = {True: "1 epoch", False: "{count} epochs"}
CALL_NUMBERS = {True: "x of 1 number", False: "x of {count} numbers"}
CALL_DEFAULTS = "and the hyper-parameters left out"
CAME_LATE = "it ran out of time"
CAME_NOTHING = "it returns nothing"
CAME_ERROR = "it stops with an error"
CAME_ENTRIES = {
    True: "1 entry comes back where {wanted} belong",
    False: "{entries} entries come back where {wanted} belong",
}
CAME_FORM = "the histories come back in another form"
CAME_ELSEWHERE = "the first entry of {parameter}'s history is not the start"
CAME_NO_NUMBER = "at epoch {epoch} {parameter} is {what}"
CAME_STEP = (
    "the first difference is at epoch {epoch}, where your step of {parameter} is {step}, "
    "{ratio} times what it should be"
)
CAME_STEP_FROM_0 = (
    "the first difference is at epoch {epoch}, where your step of {parameter} is {step} and should "
    "be 0"
)
MORE_CALLS = {True: "1 more call is wrong.", False: "{count} more calls are wrong."}
CONTRAST = (
    "Of {wrong} wrong calls and {right} right ones, the wrong ones and no others have {trait}."
)
TRAITS = {
    "points": {
        "more": "{value} points or more",
        "less": "{value} or fewer points",
        "just": "just {value} points",
    },
    "epochs": {
        "more": "{value} epochs or more",
        "less": "{value} or fewer epochs",
        "just": "just {value} epochs",
    },
    "numbers": {"more": "an x of {value} numbers or more", "just": "an x of {value} numbers"},
    "far w": {"more": "a w that should get as far as {value} or farther"},
    "far b": {"more": "a b that should get as far as {value} or farther"},
    "gradient": {
        "more": "gradients as large as {value} or larger",
        "less": "gradients of at most {value}",
    },
    "x of 0": {"more": "an x of exactly 0"},
    "y of 0": {"more": "a y of exactly 0"},
    "y of 1": {"more": "a y of exactly 1"},
    "y below 0": {"more": "a y below 0"},
    "start of 0": {"more": "a start of exactly 0"},
    "start below 0": {"more": "a start below 0"},
    "recorded": {"more": "gradients that do not depend on w and b"},
    "left out": {"more": "hyper-parameters that are left out"},
    "hyper": {
        "more": "{name} = {value} or more",
        "less": "{name} = {value} or less",
        "just": "{name} = {value}",
    },
}
"""What wrong calls have and no right ones."""
EDGE_OF_NOTHING = "This counts once an update of an ordinary problem is right."
FORMULA_OF_NOTHING = (
    "This counts once {function} answers by all that it is given: so far it gives back {what}, "
    "whatever it is asked."
)
ONE_VALUE = "one value"
BEHAVIOUR_OF_NOTHING = "This counts once your function moves as its gradients say."
EDGE_RIGHT = {
    "no epochs": "With max_epochs = 0 it returns just the start.",
    "inputs untouched": "The inputs are left as they were.",
    "called twice": "Called twice, it answers the same.",
    "tiny steps": "It goes on to max_epochs even when its steps are tiny.",
}
EDGE_SEEN = {
    "tiny steps": "With tiny steps it makes as many epochs as with others.",
}
"""In place of these where other calls speak against all that they say."""
EDGE_WRONG = {
    "no epochs": "With max_epochs = 0 it should return just the start.",
    "inputs untouched": "It changes what it was given. An array changed in place is the caller's "
    "array too.",
    "called twice": "Called twice with the same arguments, it should answer the same. What stays "
    "from the first call?",
    "tiny steps": "Close to the minimum it should go on to max_epochs: the histories have an entry "
    "for every epoch, however small the steps are.",
}
EDGE_CONVENTION = "Not held against you: it follows from the convention named below."

# ---------------------------------------------------------------- functions and cells that stopped

MISSING = "There is no function {function} in this file."
IN_A_TEXT_CELL = "It stands in cell {number}, which is a text cell: change its type to code."
NEAR_NAME = "You wrote {name}; the name asked for is {function}."
NOT_DEFINED = "({name} is not defined because of {fault})"
UNWRITTEN = "{function} is not written yet."
MISSING_BELOW = "The file stopped before def {function} was run, at {fault}"
MISSING_FAILED = "The definition of {function} failed in {fault}"
STOPPED = {
    "timed_out": "{function} did not finish within the time that one call, or the submission as a "
    "whole, has. Does its loop end?",
    "exited": "{function} ended the whole Python process (exit or quit) instead of returning.",
    "crashed": "{function} crashed the Python process.",
    "out_of_memory": "{function} asked for more memory than a submission has.",
    "flooded": "{function} printed or returned far too much.",
}
RAISED = "{function} stopped with {kind}{where}: {message}"
MESSAGE_HIDDEN = "(Its message is left out: it may hold what the call was given.)"
MESSAGE_CUT = "(… stands for what may come from the call.)"
NOTHING_RETURNED = "Every path needs a return: {function} gives back nothing."
AWAITED = (
    "{function} is an async def: a call gives back {what}, and nothing is computed until that is "
    "awaited. Write def {function}, without async; inside, asyncio.run(...) can await for it."
)
CAUSE = "There is an error in {fault}"
BEFORE = "The cell with def {function} failed before that was run: {fault}"
CELL = "cell {number}"
LINE = "line {number}"
IN_PLACE = " in {place}"
CELL_STOPPED = "{place} had an error{line}{code}: {kind}: {message}"
CELL_FAILED_TOO = "In {place}{code} there was another error: {kind}: {message}"
MORE_ERRORS = "There were {count} more errors like these."
ONE_MORE_ERROR = "There was one more error like these."
NAME_TAKEN = (
    "{place}{code} gives the name {name} to something else. It was graded as if the name still "
    "belonged to what it named before."
)
NAME_PLACE = "Line {line}"
NAME_PLACE_IN_CELL = "Line {line} of cell {cell}"
WHOLE_FILE = "The file"
WHOLE_CELL = "Cell {number}"
ENDED = {
    "timed_out": "The notebook did not finish in the time it has; what it defined before was "
    "graded.",
    "exited": "The notebook ended the Python process; what it defined otherwise was graded.",
    "crashed": "The notebook crashed the Python process; what it defined otherwise was graded.",
    "out_of_memory": "The notebook asked for more memory than it has; what it defined otherwise "
    "was graded.",
    "flooded": "The notebook printed far too much; what it defined otherwise was graded.",
}
ENDED_OTHERWISE = "The notebook did not run to its end."

# --------------------------------------------------------------------------- the form of an answer

HISTORIES_NONE = "it returns nothing"
HISTORIES_COUNT = "it returns {count} things, where two histories belong"
HISTORIES_OTHER = "it returns {what}, where a pair (w_history, b_history) belongs"
HISTORY_OTHER = "{name} is {what}, not one number or array per epoch"
HISTORY_SHAPES = (
    "w_history has shape {w} and b_history {b}, where {wanted} and (epochs + 1,) belong"
)
HISTORY_LENGTHS = "w_history has {w} entries and b_history {b}"
HISTORY_WIDTH = "the entries of w_history have {own} numbers, not {wanted}"
WHAT_NONE = "None"
WHAT_OPAQUE = "something of type {type}"
WHAT_NUMBER = "one number"
WHAT_ARRAY = "one array of shape {shape}"
WHAT_SEQUENCE = "a sequence of {count} things of unlike shape"

# ------------------------------------------------------------------------------ faults with a name

NAMED = "Your {function} {what}."
NAMED_AND_STOPPED = "Your {function} {what}. {stopped}"
TWO_NAMES = " and "
WITHOUT_EFFECT = "without effect: {names}"
ALWAYS = "{name} is always {value:g}"
BOUNDED = {
    True: "{name} above {value} counts as {value}: {one} and {other} give the same, {apart} does "
    "not",
    False: "{name} below {value} counts as {value}: {one} and {other} give the same, {apart} does "
    "not",
}
"""Of a hyper-parameter; True: cut off above."""
CHANGED = "changed: {names}"
IN_ONE_ONLY = "in {parameter} only"
AND_THERE = ", "

# --------------------------------------------------------------------------- faults without a name

NO_SUM = {
    "along": "The first step does not point along the sum of all points' gradients.",
    "double": "The first step does not double when every point is there twice.",
    "path": "Where every point is there twice, your path is not the one of gradients twice as "
    "large.",
}
NO_START = "The first entry of {parameter}'s history is not the start."
NO_NUMBER = "{when}, {parameter} is {what}."
FROM_EPOCH = "From epoch {epoch} on"
AT_EPOCH = "At epoch {epoch}"
INSTEAD = {"nan": "no number (NaN)", "inf": "infinite"}
FIRST_DIFFERENCE_FROM_0 = (
    "The first difference is at epoch {epoch}, in {parameter}: your step there is {step}, where "
    "the rule makes none."
)
FIRST_DIFFERENCE = (
    "The first difference is at epoch {epoch}, in {parameter}: your step there is {step}, "
    "which is {ratio} times the rule's step."
)
ALIKE_NEARBY = (
    "{name} = {one} and {name} = {other} give the same steps, {name} = {apart} gives others."
)
STEPS_OF = "Every step is that of a rule in which {what}."
STEP_FACTOR = (
    "The steps of {parameter} are {factors} times what the rule makes of the gradients, epoch by "
    "epoch."
)
EPSILON_FACTOR = (
    "The steps of {parameter} are those of the rule with an epsilon that counts {factors} times, "
    "epoch by epoch."
)
MOMENT_LETTERS = {"velocity": "the velocity", "first moment": "m", "second moment": "v"}
MOMENT_OF = "{moment} of {parameter}"
MOMENT_NEWEST = "Only the newest gradient counts in {what}: the state is lost at every epoch."
MOMENT_SUMS = (
    "By your steps, the weights in {what} add up to {sums} times what they should, epoch by epoch."
)

# ------------------------------------------------------------- lines of the code, a case by hand

LINE_SAYS = {
    "gradient": "asks for the gradient of {parameter}",
    "velocity": "forms the velocity of {parameter}",
    "first moment": "forms the first moment of {parameter}",
    "second moment": "forms the second moment of {parameter}",
    "bias correction": "corrects a moment of {parameter}",
    "step": "forms the step of {parameter}",
}
LINE_ROOT = "takes the root for the step of {parameter}"
LINE_GIVES = "gives {name} a value of its own"
LINE_STOPS = "stops here: {kind}: {message}"
TRIAL_TITLE = "What comes back, epoch by epoch"
TRIAL_COLUMNS = ("epoch", "your w", "rule's w", "your b", "rule's b")
TRIAL_NOTHING = "nothing"
TRIAL_ONE_TITLE = "What comes back"
TRIAL_ONE_COLUMNS = ("yours", "right")

# ----------------------------------------------------------------------------- tables and pictures

WEIGHTS_TABLE = "Recovered weights of your {moment} (of {parameter})"
WEIGHTS_ROW = "epoch {epoch}"
WEIGHTS_COLUMN = "{power} of epoch {epoch}"
WEIGHTS_PICTURE = "Weights in your {moment}"
WEIGHTS_CAPTION = (
    "How much each epoch's gradient counts in the {moment} of epoch {epoch}: recovered from your "
    "steps, beside the rule's{kept}. Yours add up to {own_sum}, the rule's to {right_sum}; the "
    "newest counts {own_last} in yours, {right_last} in the rule's."
)
WEIGHTS_KEPT = " ({name} = {value})"
WEIGHTS_AXES = ("epoch of the gradient", "weight")
WEIGHTS_LINES = ("the rule", "your {function}")
MEAN_PICTURE = "Is {what} unbiased?"
MEAN_CAPTION = (
    "The mean of {what} over {streams} random streams of gradients, with its 99 % band, in units "
    "of what it should be on average (the line at 1). {found}"
)
MEAN_INSIDE = "The band holds 1 at every epoch."
MEAN_OUTSIDE = "Yours begins at {first} and is at {last} in epoch {epoch}."
MEAN_AXES = ("epoch t", "mean, relative to its expectation")
MEAN_LINES = ("expected", "mean of your {what}")

# -------------------------------------------------------------------- formulas and written answers

FORMULA_RIGHT = "Right."
FORMULA_GIVEN = "Given what your own {function} answers, this follows the formula."
"""Where an answer is right only given what the student's own function answers, which is wrong."""
FORMULA_OUTSIDE = (
    "Given what your own {function} answers, this follows the formula; it counts once {function} "
    "stays near what it can be, {low:g} to {high:g}."
)
"""The same, where that function has values that it should never have."""
FORMULA_WRONG = "Not the formula's value."
FORMULA_BEYOND = (
    "{function} is right on ordinary calls, and not on one with {said}. There is a number in your "
    "code at which it begins to do something else."
)
FORMULA_CHANGES = "{function} changes what it is given: {names}. Work on a copy."
FORMULA_OPAQUE = "{function} returns something of type {type}, not numbers."
WRITTEN_FOUND = "A person will read your answer."
WRITTEN_NONE = "No written answer was found. It belongs in the cell below the question."
WRITTEN_IF = "A person will read it if this attempt counts."
"""In place of the first, where a student sees one of several attempts of which they are not told
which counts ..."""
WRITTEN_OUT = "This attempt does not count, so nobody reads its answer."
"""... or one that does not ..."""
WRITTEN_UNCOUNTED = "This attempt does not count."
"""... whose answer is read all the same, for it is that of another attempt that counts, or of a
partner; and in place of the second, of any that does not count ..."""
WRITTEN_DECIDED = (
    "A person decided the points of this question: they count for this file, too, until somebody "
    "has looked at it."
)
"""... or has read that."""

# -------------------------------------------------------------------------- faults of any function

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
    "returned_in_another_form": (
        "returns its histories in another form",
        "The rest of the notebook expects two lists: every w, then every b.",
    ),
    "histories_swapped": (
        "returns the history of b before that of w",
        "In which order does the docstring name the two histories?",
    ),
    "gradient_arguments_swapped": (
        "asks for gradients with the arguments in another order",
        "In which order do `grad_w` and `grad_b` take w, b, x and y?",
    ),
    "nothing_returned": (
        "returns nothing",
        "Printing shows a value to you, `return` hands it to the caller.",
    ),
    "hyperparameter_ignored": (
        "does not let all that it is given count",
        "Look for a line that sets an argument to a value of its own.",
    ),
    "hyperparameter_bounded": (
        "keeps an argument within bounds of its own",
        "Look for a `min`, a `max` or a `clip` of an argument: whatever is given should count.",
    ),
    "start_ignored": (
        "does not start where it is told to",
        "Which values do w and b have before the first epoch?",
    ),
    "stops_early": (
        "ends its histories before max_epochs",
        "Look for a `break`, a `return` inside the loop, or a range that is one too short. Or is "
        "an entry appended before the step, so that the last step has none?",
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
