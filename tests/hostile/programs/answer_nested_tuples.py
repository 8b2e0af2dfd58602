# attack: return tuples within tuples, a million deep
# held by: answers are capped
# outcome: returned|raised|crashed
# value: anything
def go():
    value = ()
    for _ in range(100_000):
        value = (value, value)
    return value
