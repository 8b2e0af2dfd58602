# attack: raise what makes a terminal do things
# held by: controls are taken out
# outcome: returned
def go():
    return 0
raise ValueError("\x1b]0;owned\x07\x1b[2J\u202e")
