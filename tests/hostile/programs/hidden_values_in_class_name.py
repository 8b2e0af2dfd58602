# attack: carry the hidden inputs out in the name of an exception
# held by: only known classes are named
# outcome: raised
def go(X):
    raise type("E" + str(abs(X[0])).replace(".", "_"), (Exception,), {})("x")
