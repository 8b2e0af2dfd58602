# attack: run code in the harness by a trace function
# held by: a child per submission
# outcome: returned
import sys
seen = []
def watch(frame, event, argument):
    seen.append(frame.f_code.co_name)
    return watch
sys.settrace(watch)
sys.setprofile(watch)
def go():
    return 0
