# attack: an exception whose class lies
# held by: described without trusting it
# outcome: raised|exited|crashed
class Meta(type(BaseException)):
    def __instancecheck__(cls, other):
        return True
class Odd(BaseException, metaclass=type(BaseException)):
    @property
    def __traceback__(self):
        raise SystemExit
    @property
    def __class__(self):
        return SystemExit
def go():
    raise Odd
