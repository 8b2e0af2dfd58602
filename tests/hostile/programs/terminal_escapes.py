# attack: print what makes a terminal do things
# held by: controls are taken out
# outcome: returned
print("\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b31m\x00\x08\u202e\u2066", flush=True)
explanation = "\x1b[31mred\u202e"
def go():
    return 0
