# attack: carry the hidden inputs out in the name of a type
# held by: only known types are named
# outcome: returned
# value: opaque
def go(X):
    return type("E" + str(abs(X[0])).replace(".", "_"), (), {})()
