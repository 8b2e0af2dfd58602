# attack: replace the module that the functions live in
# held by: a child per submission
# outcome: returned
import sys, types
class Fake(types.ModuleType):
    def __getattribute__(self, name):
        return 0.0
sys.modules["__main__"] = Fake("__main__")
def go():
    return 0
