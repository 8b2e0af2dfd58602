"""The sentences of Python and NumPy that may be shown when hidden inputs were around.

A closed table: an exception's message is shown if it is one of these sentences, and then only
with words that are in :data:`PLAIN_WORDS` or in the student's own source.  Where a sentence
varies it varies by a name, a number, a type or a shape in its place: a sentence with room for any
words would have room for an input, spelt out.
"""

from __future__ import annotations

import builtins
import math
import re
import types
from functools import cache

import numpy as np

KINDS = frozenset(
    name
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException)
) | {"LinAlgError", "AxisError", "ComplexWarning", "error", "UFuncTypeError", "DTypePromotionError"}

FIXED = frozenset(
    """
only 0-dimensional arrays can be converted to Python scalars
only length-1 arrays can be converted to Python scalars
only size-1 arrays can be converted to Python scalars
only integer scalar arrays can be converted to a scalar index
only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean \
arrays are valid indices
can only convert an array of size 1 to a Python scalar
(34, 'Numerical result out of range')
0.0 cannot be raised to a negative power
zero to a negative power
Integers to negative integer powers are not allowed.
iteration over a 0-d array
len() of unsized object
'a' cannot be empty unless no samples are taken
Last 2 dimensions of the array must be square
arrays used as indices must be of integer (or boolean) type
isinstance() arg 2 must be a type, a tuple of types, or a union
Calling np.sum(generator) is deprecated.Use np.sum(np.fromiter(generator)) or the python sum \
builtin instead.
Calling np.sum(generator) is deprecated. Use np.sum(np.fromiter(generator)) or the python sum \
builtin instead.
""".strip().split("\n")
)
"""Sentences that are shown as they are, for the numbers in them are always the same."""

_SLOTS = {
    "NAMES": "NAME(?:,? (?:and )?NAME){0,2}",
    "NAME": r"'(?:\w+(?:\.\w+){0,2}|[<>=!]{1,2})'",
    "FUNC": r"(?:\w+\.(?:<locals>\.)?){0,2}(?:\w+|<lambda>)\(\)",
    "TYPE": r"\w+(?:\.\w+){0,2}",
    "DTYPE": r"dtype\('[<>|=]?\w{1,16}'\)",
    "SHAPE": r"\([-\d, ]*\)",
    "NUM": r"-?\d[\d.]*(?:e[-+]?\d+)?",
    "UFUNC": "add|subtract|multiply|divide|true_divide|power|square|sqrt|exp|log|reduce|matmul|"
    "mean|det|tanh|cast|absolute|negative",
}


def _pattern(sentence: str) -> re.Pattern[str]:
    for slot, form in _SLOTS.items():
        sentence = re.sub(rf"\b{slot}\b", lambda _, form=form: f"(?:{form})", sentence)  # type: ignore[misc]
    return re.compile(sentence)


_DID_YOU_MEAN = r"(\. Did you mean: NAME\?)?"
_SENTENCES = (
    rf"name NAME is not defined{_DID_YOU_MEAN}",
    r"name NAME is not defined\. Did you forget to import NAME\?",
    r"free variable NAME referenced before assignment in enclosing scope",
    r"cannot access (local|free) variable NAME where it is not associated with a value"
    r"( in enclosing scope)?",
    r"local variable NAME referenced before assignment",
    r"NAME",  # a KeyError
    r"NAME object is not (subscriptable|callable|iterable|an iterator|reversible)",
    r"NAME object does not support (item (assignment|deletion)|the context manager protocol)",
    r"NAME object doesn't support item (assignment|deletion)",
    r"NAME object cannot be interpreted as an integer",
    rf"(type object )?NAME object has no attribute NAME{_DID_YOU_MEAN}",
    rf"type object NAME has no attribute NAME{_DID_YOU_MEAN}",
    rf"module NAME has no attribute NAME{_DID_YOU_MEAN}",
    r"No module named NAME",
    r"nothing is in NAME, which is only for looks and not here",
    r"cannot import name NAME from NAME",
    r"unsupported operand type\(s\) for (\S{1,3}|\*\* or pow\(\)|divmod\(\)|pow\(\)): "
    r"NAME and NAME",
    r"NAME not supported between instances of NAME and NAME",
    r"bad operand type for (unary [-+~]|abs\(\)): NAME",
    r"can only concatenate (str|list|tuple) \(not \"TYPE\"\) to (str|list|tuple)",
    r"can't multiply sequence by non-int of type NAME",
    r"unhashable type: NAME",
    r"type TYPE doesn't define __(round|trunc)__ method",
    r"object of type NAME has no len\(\)",
    r"must be real number, not TYPE",
    r"a real number is required, not TYPE",
    r"(int|float|complex)\(\) argument must be a string(, a bytes-like object)? or a "
    r"(real )?number, not NAME",
    r"expected a sequence of integers or a single integer, got '(NUM|np\.float64\(NUM\))'",
    r"unsupported format string passed to TYPE",
    r"(float |integer |complex )?(floor )?(division|modulo|division or modulo)( by zero)?",
    r"float divmod\(\)|float floor division by zero",
    r"math (domain|range) error",
    r"(list|tuple|pop|string|deque|range|array|bytearray)( assignment)?( object)? "
    r"index out of range",
    r"(list|tuple|string) indices must be integers or slices, not TYPE",
    r"string indices must be integers, not NAME",
    r"slice indices must be integers or None or have an __index__ method",
    r"pop from (an )?empty (list|deque|set)",
    r"list\.(remove|index)\(x\): x not in list",
    r"(NUM|NAME) is not in (list|tuple|deque|range)",
    r"FUNC takes (no|exactly one|at (most|least)|exactly)( NUM)?( keyword)? arguments? "
    r"\(NUM given\)",
    r"TYPE\(\) takes (no|exactly one|exactly NUM)( keyword)? arguments? \(NUM given\)",
    r"index NUM is out of bounds for (axis NUM with )?size NUM",
    r"too many indices for array: array is NUM-dimensional, but NUM were indexed",
    r"boolean index did not match indexed array along (axis|dimension) NUM; "
    r"(size of axis|dimension) is NUM but (size of )?corresponding boolean (axis|dimension) is NUM",
    r"shape mismatch: indexing arrays could not be broadcast together with shapes SHAPE SHAPE",
    r"shape mismatch: objects cannot be broadcast to a single shape",
    r"invalid index to scalar variable\.?",
    r"setting an array element with a sequence\.( The requested array has an inhomogeneous shape "
    r"after NUM dimensions\. The detected shape was SHAPE \+ inhomogeneous part\.)?",
    r"operands could not be broadcast together with shapes SHAPE SHAPE( SHAPE)?",
    r"operands could not be broadcast together with remapped shapes \[original->remapped\]: "
    r"SHAPE +and requested shape SHAPE",
    r"non-broadcastable output operand with shape SHAPE doesn't match the broadcast shape SHAPE",
    r"could not broadcast input array from shape SHAPE into shape SHAPE",
    r"cannot reshape array of size NUM into shape SHAPE",
    r"shapes SHAPE and SHAPE not aligned: NUM \(dim NUM\) != NUM \(dim NUM\)",
    r"matmul: Input operand NUM has a mismatch in its core dimension NUM, with gufunc signature "
    r"\(n\?,k\),\(k,m\?\)->\(n\?,m\?\) \(size NUM is different from NUM\)",
    r"matmul: Input operand NUM does not have enough dimensions \(has NUM, gufunc core with "
    r"signature \(n\?,k\),\(k,m\?\)->\(n\?,m\?\) requires NUM\)",
    r"Cannot cast ufunc NAME output from DTYPE to DTYPE with casting rule 'same_kind'",
    r"ufunc NAME not supported for the input types, and the inputs could not be safely coerced to "
    r"any supported types according to the casting rule ''safe''",
    r"ufunc NAME did not contain a loop with signature matching types "
    r"(\(DTYPE(, DTYPE){0,2}\)|DTYPE) -> (DTYPE|None)",
    r"loop of ufunc does not support argument NUM of type TYPE which has no callable TYPE method",
    r"The truth value of an (empty array|array with more than one element) is ambiguous\."
    r"( Use a\.any\(\) or a\.all\(\)| Use `array\.size > 0` to check that an array is not "
    r"empty\.)?",
    r"all the input arrays must have same number of dimensions, but the array at index NUM has NUM "
    r"dimension\(s\) and the array at index NUM has NUM dimension\(s\)",
    r"all the input array dimensions except for the concatenation axis must match exactly, but "
    r"along dimension NUM, the array at index NUM has size NUM and the array at index NUM has size "
    r"NUM",
    r"all input arrays must have the same shape|need at least one array to (concatenate|stack)",
    r"zero-dimensional arrays cannot be concatenated",
    r"zero-size array to reduction operation (maximum|minimum) which has no identity",
    r"attempt to get (argmin|argmax) of an empty sequence",
    r"(max|min)\(\)( iterable argument| arg) is (empty|an empty sequence)",
    r"axis NUM is out of bounds for array of dimension NUM",
    r"NUM-dimensional array given\. Array must be (at least )?two-dimensional",
    r"negative dimensions are not allowed",
    r"Number of samples, NUM, must be non-negative\.",
    r"inhomogeneous shape after NUM dimensions\.",
    r"(divide by zero|invalid value|overflow|underflow) encountered in (scalar )?UFUNC",
    r"maximum recursion depth exceeded( (in comparison|while calling a Python object))?",
    rf"FUNC got an unexpected keyword argument NAME{_DID_YOU_MEAN}",
    r"FUNC missing NUM required (positional|keyword-only) arguments?: NAMES",
    r"FUNC takes (from NUM to )?NUM positional arguments? but NUM (was|were) given",
    r"FUNC takes NUM positional arguments? but NUM positional arguments? "
    r"\(and NUM keyword-only arguments?\) (was|were) given",
    r"FUNC got multiple values for argument NAME",
    r"(not enough|too many) values to unpack \(expected (at least )?NUM(, got NUM)?\)",
    r"cannot unpack non-iterable TYPE object",
    r"could not convert string to float: (NAME|'NUM'|'')",
    r"invalid literal for int\(\) with base NUM: (NAME|'NUM'|'')",
    r"cannot convert float (NaN|infinity) to integer",
    r"int too large to convert to float|Python int too large to convert to C long",
    r"Numerical result out of range",
    r"Singular matrix",
    r"Unable to allocate [\d.]+ [KMGT]iB for an array with shape SHAPE and data type TYPE",
    r"(assignment|output array) (destination )?is read-only",
    r"(list|set|dictionary|deque) (changed size|mutated) during iteration",
    r"generator already executing",
    r"input\(\) has nobody to answer it while a notebook is graded",
)


@cache
def sentences() -> tuple[re.Pattern[str], ...]:
    """What a whole message may look like to be shown; made when the first message comes."""
    return tuple(_pattern(sentence) for sentence in _SENTENCES)


_WORDS = """
    __format__ __round__ able active add assigned assignments autograd Axes been bool both
    broadcasted called class coerce contains converted coroutine cupy cv2 DataFrame dict
    dict_items dict_keys dict_values dtype elements ellipsis enumerate equiv failed Figure
    filter first float32 frozenset function getitem GiB global having homogeneous implicit
    inconsistent int64 items jax keras key KiB known lambda length Line2D list_iterator map
    mapping memory MiB mode ndarray newaxis none NoneType numeric numpy on operator outside
    pandas perhaps possible power provided reversed scipy seaborn self sequences Series sklearn
    sqrt squeeze subtract supports swap sympy system take tensorflow there this through TiB
    torch tqdm true_divide unknown unsafe use used when whose will without write zip
"""
"""Beside those that stand in the sentences themselves."""

_OWNERS: tuple[object, ...] = (
    np, np.ndarray, np.float64, np.linalg, np.random, math, list, dict, tuple, str, float, int, set,
    types.FunctionType, types.BuiltinFunctionType,
)  # fmt: skip
_ATTRIBUTES = frozenset(
    name for owner in _OWNERS for name in dir(owner) if not name.startswith("_")
) | {"asscalar", "bool", "float", "int", "mat", "matrix", "object", "product", "random_integers"}

PLAIN_WORDS = (
    frozenset(_WORDS.split())
    | _ATTRIBUTES
    | frozenset(word for text in _SENTENCES for word in re.findall(r"[^\W\d]\w*", text))
)
"""Words that those sentences are made of, and names of common types and attributes."""
