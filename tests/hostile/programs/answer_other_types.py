# attack: return complex numbers, text and bytes
# held by: only real numbers are read
# outcome: returned
# value: opaque
def go():
    return (1j, "0.5", b"0.5", {"a": 1}, iter([1]))
