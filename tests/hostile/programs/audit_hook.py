# attack: watch or forbid what the harness does by an audit hook
# held by: a child per submission
# outcome: returned|missing|crashed
# value: anything
import sys
def hook(event, arguments):
    if event in ("exec", "compile"):
        raise RuntimeError(event)
sys.addaudithook(hook)
def go():
    return 0
