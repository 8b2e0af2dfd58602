# attack: a type with a name of a megabyte
# held by: texts are capped
# outcome: returned
# value: opaque
Long = type("x" * 1_000_000, (), {})
def go():
    return Long()
