# attack: return an object that ends the process when it is looked at
# held by: outcome of its own
# outcome: returned|exited
# value: opaque
class Exit:
    def __array__(self, *a, **k):
        import os
        os._exit(0)
    __float__ = __len__ = __iter__ = __array__
def go():
    return Exit()
