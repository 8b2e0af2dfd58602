# attack: an exception that cannot be described
# held by: described without trusting it
# outcome: raised
class Odd(Exception):
    def __str__(self):
        raise SystemExit
    __repr__ = __str__
def go():
    raise Odd
