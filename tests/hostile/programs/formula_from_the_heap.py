# attack: find the formula of the gradients among all objects
# held by: what builds gradients is sent with the first calls that need it
# outcome: returned
# gradients: none
# call_seconds: 5
import gc, re, types

mark = re.compile("slop[e]_scale")
def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)
def go():
    found = 0
    for thing in gc.get_objects():
        for part in gc.get_referents(thing):
            if isinstance(part, types.CodeType):
                for code in codes(part):
                    words = (*code.co_varnames, *code.co_cellvars, *code.co_freevars)
                    found += any(mark.search(word) for word in words)
            elif isinstance(part, str) and len(part) > 10:
                found += mark.search(part) is not None
    return found
