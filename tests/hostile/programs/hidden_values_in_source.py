# attack: change the source that is shown so that it holds the inputs
# held by: source is cut from what was handed in
# outcome: raised
import linecache
def go(X):
    linecache.cache["<cell 2>"] = (1, None, [str(X)] * 100, "<cell 2>")
    raise ValueError
