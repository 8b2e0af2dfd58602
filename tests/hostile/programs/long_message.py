# attack: an exception with a message of 100 MB
# held by: texts are capped
# outcome: raised|out_of_memory
def go():
    raise ValueError("x" * 100_000_000)
