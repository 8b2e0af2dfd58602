# attack: return a tuple of a million strings
# held by: answers are capped
# outcome: flooded
def go():
    return ["x"] * 1_000_000
