"""The words of ``autograder check``, in one table, so that a teacher can change them.

Those on numbers that differ stand in :mod:`.carried`, since a notebook says them, too.
"""

CLOSING = "These are the public examples; grading uses others."
WITHOUT_SANDBOX = (
    "Your file was run without a sandbox, which this machine does not give ({reason}); for a file "
    "of your own that is all right."
)
COUNT = "{passed} of {all}"
OPAQUE = "it returns {what}, where numbers belong."
BUILDS_ON = "(It may build on your {function}, which is not right yet: begin there.)"
BUILDS_ON_UNWRITTEN = "(It may build on your {function}, which is not written yet: begin there.)"
UNWRITTEN = "Not written yet: {functions}."
FORM = "The histories cannot be read: {problem}."
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
