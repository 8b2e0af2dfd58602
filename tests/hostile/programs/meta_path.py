# attack: catch imports of the harness
# held by: a child per submission
# outcome: returned
import sys
class Finder:
    def find_spec(self, name, path, target=None):
        raise SystemExit
sys.meta_path.insert(0, Finder())
sys.path_hooks.insert(0, lambda path: 1 / 0)
def go():
    return 0
