# attack: a type whose name is a method
# held by: the name is copied
# outcome: returned|raised|exited
# value: anything
class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit
class Odd(metaclass=Meta):
    pass
def go():
    return Odd()
