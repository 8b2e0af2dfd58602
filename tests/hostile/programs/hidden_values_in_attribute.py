# attack: carry the hidden inputs out in a sentence of the interpreter
# held by: only names from the source are shown
# outcome: raised
def go(X):
    getattr(object(), "x" + str(abs(X[0])).replace(".", "_"))
