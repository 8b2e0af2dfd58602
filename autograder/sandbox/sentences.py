"""The sentences of Python and NumPy that may be shown when hidden inputs were around.

A closed table: an exception's message is shown if it has the form of one of these, and then only
with words that are in :data:`PLAIN_WORDS` or in the student's own source.
"""

from __future__ import annotations

import builtins
import re

KINDS = frozenset(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
) | {"LinAlgError", "AxisError", "ComplexWarning", "error", "UFuncTypeError", "DTypePromotionError"}

_NAME = r"'[^'\n]{1,80}'"
SENTENCES = tuple(
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


_WORDS = """
    a able access active add after aligned all allocate already ambiguous an and answer any
    are argument arguments array arrays as assigned assignment assignments associated at
    attribute Axes axis bad base be been before bool both bounds broadcast broadcasted but by
    bytes callable called can Cannot cannot cast casting changed class coerce complex
    concatenate contains convert converted core coroutine could data DataFrame depth deque
    destination detected dict dict_items dict_keys dict_values dictionary Did did dim
    dimension dimensional dimensions divide division does doesn domain dtype element elements
    ellipsis empty enclosing encountered enough enumerate equiv error exceeded executing
    expected failed Figure filter first float float32 float64 for free from frozenset function
    generator getitem GiB given global got graded gufunc has have having homogeneous implicit
    in inconsistent index indexed indices inhomogeneous Input input inputs instances int int64
    integer integers into invalid is it item items iterable iteration its k key keyword KiB
    known lambda len length like Line2D list list_iterator literal local loop m map mapping
    match matching math matmul matrix maximum mean memory method MiB mismatch missing mode
    module modulo more multiple multiply must n name named ndarray newaxis No nobody non None
    none NoneType not notebook number numeric Numerical numpy object objects of on one only
    operand operands operation operator or out output outside part perhaps pop positional
    possible pow power provided range read real recursion referenced remapped requested
    required reshape result reversed safe same same_kind scalar scope self sequence sequences
    Series set setting shape shapes signature Singular size slice slices sqrt squeeze str
    string subscriptable subtract supported supports swap system take takes that The the there
    this through TiB to together too true_divide truth tuple type types ufunc Unable
    unexpected unhashable unknown unpack unsafe unsupported use used value values variable was
    were when where which while whose will with without write you zero zip
"""

PLAIN_WORDS = frozenset(_WORDS.split()).union(
    *(re.findall(r"[^\W\d]\w*", pattern.pattern) for pattern in SENTENCES)
)
"""Words that those sentences are made of, and names of common types."""
