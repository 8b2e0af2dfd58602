# attack: an exception whose message never ends
# held by: time limit
# outcome: timed_out
class Endless(Exception):
    def __str__(self):
        while True:
            pass
def go():
    raise Endless
