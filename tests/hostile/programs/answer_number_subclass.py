# attack: return a number whose class claims to equal everything
# held by: only plain doubles are read
# outcome: returned
class Agreeable(float):
    def __eq__(self, other):
        return True
    def __sub__(self, other):
        return 0.0
    __rsub__ = __sub__
def go():
    return [Agreeable(0.0), Agreeable(0.0)]
