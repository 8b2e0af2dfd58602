# attack: recurse until the stack is used up
# held by: limits
# outcome: raised
def go():
    def deeper(n):
        return deeper(n + 1)
    return deeper(0)
