"""Turns what a child says went wrong into a :class:`Fault` that may be shown.

Everything from a child is hostile.  Two dangers: control characters (a terminal obeys them, a
right-to-left mark reverses a line) and *hidden values*: a function that is called with hidden
inputs can raise an exception that carries them, in digits or in words.  So the message of an
exception from a hidden call is kept only where it cannot say much:

- it is one of the interpreter's or NumPy's own sentences (a closed table below), with numbers
  taken out and only such names in quotes as the student's source contains;
- or it stands in the student's source as a fixed text.

Everything else becomes "…".  The kind is an exception class of Python, NumPy or the student's
source.  What is left (which line, which of a few sentences) can carry a few bits a call, as a
score does; it is no way to read out inputs.
"""

from __future__ import annotations

import builtins
import re
import signal
from collections.abc import Sequence

from autograder.model import Cell, Fault, Opaque, Value
from autograder.sandbox.protocol import RawFault

HIDDEN = "…"
"""Stands for what was taken out."""
MAX_MESSAGE = 500
MAX_CODE = 200

_KINDS = frozenset(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
) | {"LinAlgError", "AxisError", "ComplexWarning", "error", "UFuncTypeError", "DTypePromotionError"}

_NAME = r"'[^'\n]{1,80}'"
_TEMPLATES = tuple(
    re.compile(pattern.replace("NAME", _NAME).replace("NUM", r"[-\d.e+]+"))
    for pattern in (
        r"name NAME is not defined(\. Did you mean: NAME\?)?",
        r"free variable NAME referenced before assignment in enclosing scope",
        r"cannot access (local|free) variable NAME where it is not associated with a value.*",
        r"local variable NAME referenced before assignment",
        r"NAME object (is not|has no|does not|doesn't|cannot be) [a-z -]+( NAME)?",
        r"NAME object has no attribute NAME(\. Did you mean: NAME\?)?",
        r"module NAME has no attribute NAME(\. Did you mean: NAME\?)?",
        r"No module named NAME",
        r"unsupported operand type\(s\) for [^\s:]{1,20}( or pow\(\))?: NAME and NAME",
        r"NAME not supported between instances of NAME and NAME",
        r"bad operand type for [a-z]+ ?[-+~a-z()]*: NAME",
        r"can only concatenate [a-z]+ \(not [\"'][\w.]+[\"']\) to [a-z]+",
        r"can't multiply sequence by non-int of type NAME",
        r"must be real number, not \w+",
        r"(only|object of type) [a-zA-Z' ,()0-9:`-]+",
        r"(float |integer |complex |)(division|modulo|division or modulo)( or modulo)? by zero.*",
        r"math (domain|range) error",
        r"(list|tuple|pop|string|deque|range|array)( assignment)?( object)? index out of range",
        r"(list|tuple|string) indices must be integers or slices, not [\w.]+",
        r"pop from (an )?empty (list|deque)",
        r"index NUM is out of bounds for (axis NUM with )?size NUM",
        r"too many indices for array: .*",
        r"invalid index to scalar variable\.?",
        r"setting an array element with a sequence\..*",
        r"operands could not be broadcast together with shapes .*",
        r"shapes \([\d,]*\) and \([\d,]*\) not aligned: .*",
        r"matmul: Input operand .*",
        r"Cannot cast ufunc NAME output from .*",
        r"(ufunc|cannot reshape|could not broadcast) .{1,200}",
        r"The truth value of an array with more than one element is ambiguous\..*",
        r"inhomogeneous shape after NUM dimensions\..*",
        r"maximum recursion depth exceeded.*",
        r"\w+\(\) got an unexpected keyword argument NAME.*",
        r"\w+\(\) missing \d+ required (positional|keyword-only) arguments?: [\w', ]+",
        r"\w+\(\) takes .{1,60} arguments? but .{1,40} given",
        r"\w+\(\) got multiple values for argument NAME",
        r"(not enough|too many) values to unpack \(expected.*\)",
        r"cannot unpack non-iterable [\w.]+ object",
        r"could not convert string to float: .*",
        r"invalid literal for int\(\) with base \d+: .*",
        r"\(NUM, 'Numerical result out of range'\)",
        r"Numerical result out of range",
        r"Singular matrix",
        r"Unable to allocate .*",
        r"assignment destination is read-only",
        r"(list|set|dictionary) changed size during iteration",
        r"generator already executing|coroutine .* was never awaited",
        r"input\(\) has nobody to answer it while a notebook is graded",
    )
)

_CONTROL = {
    code: "�"
    for code in (
        *range(0x00, 0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0),
        0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF,
        *range(0xD800, 0xE000), *range(0xFFF9, 0xFFFC),
    )
}  # fmt: skip
_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-Z\\^_])")


def clean(text: str, cap: int) -> str:
    """Text that a terminal and a page may be given: no escapes, no controls, not too long.

    Line ends and tabs stay.  (It still has to be escaped for HTML and CSV.)
    """
    text = _ESCAPES.sub("", text).replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROL)
    return text if len(text) <= cap else text[: cap - 1] + HIDDEN


class Faults:
    """Makes faults for one submission, whose source tells what may be said."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._cells = cells
        self._source = "\n".join(cell.source for cell in cells)
        self._words = frozenset(re.findall(r"[^\W\d]\w*", self._source)) | _KINDS | _PLAIN_WORDS
        self._classes = frozenset(re.findall(r"^\s*class\s+(\w+)", self._source, re.MULTILINE))

    def of_cell(self, raw: RawFault) -> Fault:
        """What a cell raised: no hidden value exists yet, so the message stays."""
        return self._fault(raw, clean(raw.kind, 100), clean(raw.message, MAX_MESSAGE))

    def of_call(self, raw: RawFault) -> Fault:
        """What a function raised when called with hidden inputs."""
        known = raw.kind in _KINDS or raw.kind in self._classes
        return self._fault(raw, raw.kind if known else "Exception", self.without_values(raw.message))

    def without_values(self, message: str) -> str:
        """The message as far as it can be shown; "" where there was none."""
        message = clean(message, MAX_MESSAGE)
        stripped = message.strip()
        if not stripped:
            return ""
        if any(pattern.fullmatch(stripped) for pattern in _TEMPLATES):
            return self._without_numbers(stripped)
        quoted = (f'"{stripped}"', f"'{stripped}'", f'"""{stripped}"""')
        if any(text in self._source for text in quoted):
            return stripped
        return HIDDEN

    def of_value(self, value: Value) -> Value:
        """What a call returned, with no type named that the source does not name."""
        if isinstance(value, Opaque):
            known = value.type_name in self._words
            return Opaque(value.type_name if known else "object")
        if isinstance(value, tuple):
            return tuple(self.of_value(entry) for entry in value)
        return value

    def _without_numbers(self, message: str) -> str:
        message = re.sub(r"[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?|\bnan\b|\binf\b", HIDDEN, message)
        known = self._words

        def word(match: re.Match[str]) -> str:
            return match.group(0) if match.group(0) in known else HIDDEN

        return re.sub(r"[^\W\d]\w*", word, message)

    def _fault(self, raw: RawFault, kind: str, message: str) -> Fault:
        if raw.cell is None:
            return Fault(kind, message)
        cell = self._cells[raw.cell]
        lines = cell.source.splitlines()
        if raw.line is None or raw.line > len(lines):
            return Fault(kind, message, cell.number)
        code = clean(lines[raw.line - 1].strip(), MAX_CODE)
        return Fault(kind, message, cell.number, raw.line, code)

    def unfilled(self, function: str, parameter: str) -> Fault:
        """A parameter that has no default and that nothing is passed for."""
        shown = parameter if parameter in self._words else HIDDEN
        return Fault(
            "TypeError",
            f"{function}() has a parameter '{shown}' that is not among those it is called with "
            "and that has no default",
        )


_PLAIN_WORDS = frozenset(
    """
    object string complex frozenset map filter zip enumerate reversed dict_values dict_keys
    dict_items list_iterator method coroutine Series DataFrame Figure Axes Line2D
    a able access active after already ambiguous an and are argument arguments array arrays as
    assigned assignment associated at attribute axis bad base be been before bool both bounds
    broadcast broadcasted but by bytes called can cannot cast casting changed class
    coerce complex concatenate convert converted core could data deque destination detected
    dict did dictionary dimension dimensional dimensions division does doesn domain dtype element
    elements empty enclosing encountered enough error exceeded executing expected failed first float
    float64 for free from function generator getitem given global got graded has have having homogeneous
    implicit in inconsistent index indexed indices inhomogeneous input inputs instances int integer
    integers into invalid is it item items iterable iteration its key keyword known lambda length
    length len like list literal local loop matching mapping math matmul matrix maximum mean memory method mismatch missing
    mode module modulo more multiple multiply must name named ndarray NoneType nobody non none not
    notebook Numerical number numeric numpy object objects of on one only operand operands operation operator or
    out output outside part perhaps pop positional pow power provided range read real recursion
    depth referenced remapped required requested reshape result same scalar scope self sequence sequences set setting shape shapes signature
    size slice slices squeeze str string subscriptable supported supports swap system take
    takes that the there this through to together too truth tuple type types Unable unexpected unhashable
    unknown unpack unsupported use used ufunc value values variable was when where which while
    whose will with without write you zero any all allocate aligned answer assignments callable changed contains
    core dim gufunc has match n m k only possible safe same_kind unsafe equiv subtract add divide true_divide sqrt power multiply not
    MiB GiB KiB TiB float32 int64 The Input Did Cannot Singular No ellipsis newaxis None were
    """.split()
)


def of_signal(number: int) -> Fault:
    """How a process was ended by a signal."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    return Fault(name, _SIGNALS.get(name, "the process was ended by a signal"))


_SIGNALS = {
    "SIGSEGV": "the process read or wrote memory that is not its own",
    "SIGSYS": "the process asked for something that is forbidden while grading",
    "SIGABRT": "the process ended itself",
    "SIGFPE": "the processor refused an operation",
    "SIGILL": "the processor refused an operation",
    "SIGBUS": "the process read or wrote memory that is not there",
    "SIGKILL": "the process was ended by the system",
}
