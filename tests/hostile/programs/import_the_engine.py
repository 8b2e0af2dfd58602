# attack: import the grader, or load its files, to read or patch it
# held by: the engine is not on the path or its folder is covered, and it holds no answer
# outcome: returned
def tried(attempt, *args):
    """1 where it got through."""
    try:
        return 0 if attempt(*args) is False else 1
    except BaseException:
        return 0

import gc, importlib, importlib.machinery, os, runpy, sys, types
NAMES = ["autograder.judging", "autograder.model", "autograder.sandbox.inside.gradients",
         "autograder.sandbox.inside.wire", "autograder.course", "reference.update_rules"]
def load(folder, name):
    path = os.path.join(folder, *name.split(".")) + ".py"
    loader = importlib.machinery.SourceFileLoader("mine", path)
    loader.exec_module(types.ModuleType("mine"))
def read(folder, name):
    return open(os.path.join(folder, *name.split(".")) + ".py").read() and True
def compiled(folder):
    inside = os.path.join(folder, "autograder", "sandbox", "inside", "__pycache__")
    return any(open(os.path.join(inside, name), "rb").read() for name in os.listdir(inside))
def through_loaders(name):
    loaders = [m.__loader__ for m in list(sys.modules.values()) if getattr(m, "__loader__", None)]
    ask = [loader.get_source for loader in loaders if hasattr(loader, "get_source")]
    return any(tried(lambda: bool(get(name))) for get in ask)
def modules_left():
    things = [t for t in gc.get_objects() if isinstance(t, types.ModuleType)]
    ours = [t for t in things if t.__name__.split(".")[0] == "autograder"]
    return [t for t in ours if getattr(t, "__file__", None)]  # an empty folder may be a package
def go():
    found = [name for name in sys.modules if name.split(".")[0] in ("autograder", "reference")]
    count = len(found) + sum(tried(__import__, name) for name in NAMES)
    standard = importlib.machinery.PathFinder, importlib.machinery.FileFinder
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder in standard]
    sys.path_importer_cache.clear()
    importlib.invalidate_caches()
    count += sum(tried(importlib.import_module, name) for name in NAMES)
    count += sum(tried(runpy.run_module, name) for name in NAMES)
    count += sum(tried(load, folder, name) for folder in sys.path for name in NAMES)
    count += sum(tried(read, folder, name) for folder in sys.path for name in NAMES)
    count += sum(tried(compiled, folder) for folder in sys.path)
    count += sum(tried(through_loaders, name) for name in NAMES)
    return count + len(modules_left())
