"""The words of ``autograder check``, in one table, so that a teacher can change them."""

CLOSING = "These are the public examples; grading uses others."
WITHOUT_SANDBOX = (
    "Your file was run without a sandbox, which this machine does not give ({reason}); for a file "
    "of your own that is all right."
)
COUNT = "{passed} of {all}"
ANSWER_WRONG = "it should be {expected}; yours is {own}."
SHAPE_WRONG = "it should have the shape {expected}; yours has {own}."
NUMBER_WRONG = "it should be one number; yours has the shape {own}."
NUMBERS_WRONG = "it should have the shape {expected}; yours is one number."
ENTRY_WRONG = "entry {place} should be {expected}; yours is {own} ({count} of {all} are off)."
OPAQUE = "it returns {what}, where numbers belong."
BUILDS_ON = "(It may build on your {function}, which is not right yet: begin there.)"
FORM = "The histories cannot be read: {problem}."
ONLY_POINT = "It returns one point; the histories should have {wanted} entries, the start first."
START_WRONG = "The first entry should be the start: {parameter} is {expected}, yours is {own}."
EPOCH_WRONG = (
    "Epoch {epoch} is the first that differs: {parameter} should be {expected}; yours is {own}."
)
STEP_RATIO = "Your step there is {ratio} times the right one."
WRONG_WAY = "Your step there goes the other way."
ALL_NAN = "NaN is what comes of 0 / 0 or of the root of a negative number."
AGAIN = "called a second time, {function} answers the same"
AGAIN_WRONG = "The second answer is another. What stays from the first call?"
INPUTS = "{function} leaves its inputs as they were"
INPUTS_WRONG = (
    "It changes {names}. An array changed in place is the caller's array too: work on a copy."
)
WRITTEN_FOUND = "A person will read your answer; {count} words were found."
WRITTEN_NONE = "No written answer was found. It belongs in the cell below the question."
ENDED = "Your file {what}; what it defined before was tried."
HOW_ENDED = {
    "raised": "stopped with an error",
    "missing": "could not be run",
    "timed_out": "did not finish in the time it has",
    "exited": "ended the Python process (exit or quit)",
    "crashed": "crashed the Python process",
    "out_of_memory": "asked for more memory than it has",
    "flooded": "printed far too much",
    "not_run": "could not be run",
}
