"""Faults of the interface, alone and through one fault of the rule."""

import pytest

from tests.judging.students import RULES, compiled, part, share, verdict_on, written

APPENDS = "        w_history.append(w)\n        b_history.append(b)\n"
SETS_UP = "    w, b = init_w, init_b\n"
OUTSIDE = {
    rule: [(f"np.sqrt({v}_{p} + eps)", f"(np.sqrt({v}_{p}) + eps)") for p in "wb"]
    for rule, v in (("adagrad", "v"), ("rmsprop", "v"), ("adam", "vh"))
}
LAST = [("dw +=", "dw ="), ("db +=", "db =")]


def first_line(code):
    return [(SETS_UP, f"    {code}\n{SETS_UP}")]


def in_place(numbers, copied):
    """The parameters are changed in place, so every entry of the history is one array."""
    copy = ".copy()" if copied else ""
    if numbers:
        start = "w, b = np.array(init_w), np.array(init_b)"
        first = f"[w{copy}], [b{copy}]"
        return [("w, b = init_w, init_b", start), ("[w], [b]", first), ("w = w -", "w -="),
                ("b = b -", "b -=")]  # fmt: skip
    start = "w, b = np.copy(init_w) if np.ndim(init_w) else init_w, init_b"
    first = "[np.copy(w) if np.ndim(w) else w], [b]" if copied else "[w], [b]"
    return [("w, b = init_w, init_b", start), ("[w], [b]", first), ("w = w -", "w -=")]


VIEWS = {
    "without the start": ("history_without_start", [("[w], [b]", "[], []")]),
    "final point": ("final_point_only", [("return w_history, b_history", "return w, b")]),
    "final point as an array": (
        "final_point_only",
        [("return w_history, b_history", "return np.array([w, b]) if np.ndim(w) == 0 else (w, b)")],
    ),
    "final point in lists": (
        "final_point_only",
        [("return w_history, b_history", "return [w], [b]")],
    ),
    "every row twice": ("history_too_long", [(APPENDS, APPENDS + APPENDS)]),
    "an epoch more": ("history_too_long", [("max_epochs + 1)", "max_epochs + 2)")]),
    "twice the epochs": ("history_too_long", [("max_epochs + 1)", "2 * max_epochs + 1)")]),
    "the start twice": ("history_too_long", [("[w], [b]", "[w, w], [b, b]")]),
    "the end twice": (
        "history_too_long",
        [("    return", "    w_history.append(w)\n    b_history.append(b)\n    return")],
    ),
    "an epoch less": ("stops_early", [("max_epochs + 1)", "max_epochs)")]),
    "logged before the step": (
        "stops_early",
        [(APPENDS, ""), ("        dw, db = 0, 0\n", f"{APPENDS}        dw, db = 0, 0\n")],
    ),
    "aliased vectors": ("history_aliased", in_place(numbers=False, copied=False)),
    "aliased vectors, start copied": ("history_aliased", in_place(numbers=False, copied=True)),
    "aliased numbers": ("history_aliased", in_place(numbers=True, copied=False)),
    "aliased numbers, start copied": ("history_aliased", in_place(numbers=True, copied=True)),
    "starts at zero": ("start_ignored", first_line("init_w, init_b = 0 * init_w, 0.0")),
    "b starts at one": ("start_ignored", first_line("init_b = 1.0")),
    "starts elsewhere": ("start_ignored", first_line("init_w, init_b = 0 * init_w - 2.0, -2.0")),
    "starts at random": (
        "start_ignored",
        first_line("init_w = np.random.default_rng(3).normal(size=np.shape(init_w))"),
    ),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("how", VIEWS)
def test_a_right_rule_behind_a_faulty_interface(rule, how):
    slug, edits = VIEWS[how]
    verdict = verdict_on(rule, written(rule, *edits))
    assert verdict.misconceptions == (slug,)
    assert share(verdict) <= 0.95
    assert part(verdict, "second moment"), "the rule itself is right"
    assert part(verdict, "step")


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("adagrad", "last_gradient_only"),
        ("rmsprop", "epsilon_outside_root"),
        ("adam", "epsilon_outside_root"),
    ],
)
@pytest.mark.parametrize("how", VIEWS)
def test_one_fault_of_the_rule_is_seen_through_a_faulty_interface(rule, how, fault):
    slug, edits = VIEWS[how]
    besides = OUTSIDE[rule] if fault == "epsilon_outside_root" else LAST
    verdict = verdict_on(rule, written(rule, *edits, *besides))
    assert set(verdict.misconceptions) == {fault, slug}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return w_history", "        return w_history"),
        (
            "        b_history.append(b)\n",
            "        b_history.append(b)\n        if t == 3: break\n",
        ),
    ],
    ids=["return inside the loop", "break"],
)
def test_stopping_early_is_all_that_is_said_of_a_function_that_stops_early(rule, old, new):
    """That max_epochs (and, in one epoch, a beta) is then without effect follows from it."""
    verdict = verdict_on(rule, written(rule, (old, new)))
    assert verdict.misconceptions == ("stops_early",)
    assert part(verdict, "step")


@pytest.mark.parametrize("rule", RULES)
def test_nothing_returned(rule):
    edit = ("    return w_history, b_history", "    print(end='')")
    verdict = verdict_on(rule, written(rule, edit))
    assert verdict.misconceptions == ("nothing_returned",)
    assert share(verdict) == 0
    assert "return" in verdict.message


# ------------------------------------------------------------------------------ idle arguments


IDLE = [
    ("adagrad", "eta = 0.1", ["eta"]),
    ("adagrad", "eta = 0.01", ["eta"]),
    ("adagrad", "eps = 1e-8", ["eps"]),
    ("adagrad", "eta, eps = 0.1, 1e-8", ["eta", "eps"]),
    ("adagrad", "eta = 0.1234", ["eta"]),
    ("rmsprop", "beta = 0.9", ["beta"]),
    ("rmsprop", "eta, beta = 0.01, 0.9", ["eta", "beta"]),
    ("adam", "beta1 = 0.9", ["beta1"]),
    ("adam", "beta2 = 0.999", ["beta2"]),
    ("adam", "beta1, beta2, eps = 0.9, 0.999, 1e-8", ["beta1", "beta2", "eps"]),
    ("adam", "eta = 0.001", ["eta"]),
    ("adam", "X = np.linspace(0.5, 2, X.size).reshape(X.shape)", ["X"]),
    ("rmsprop", "Y = [0.2] * len(X)", ["Y"]),
    ("rmsprop", "grad_b = lambda w, b, x, y: np.tanh(np.dot(w, x) + b - y)", ["grad_b"]),
    ("adagrad", "grad_w = lambda w, b, x, y: np.tanh(np.dot(w, x) + b - y) * x", ["grad_w"]),
]


@pytest.mark.parametrize(("rule", "line", "names"), IDLE, ids=[line for _, line, _ in IDLE])
def test_an_argument_without_effect_is_named_with_its_name(rule, line, names):
    verdict = verdict_on(rule, written(rule, *first_line(line)))
    assert verdict.misconceptions == ("hyperparameter_ignored",)
    said = verdict.explanations[0].title.split("without effect: ")[1].split(";")[0].rstrip(")")
    assert sorted(said.split(", ")) == sorted(names)
    uses_given = not set(names) & {"grad_w", "grad_b"}  # without, no update is right
    assert share(verdict) > 0 or not uses_given
    assert share(verdict) <= 0.7


@pytest.mark.parametrize(
    ("line", "value"), [("eta = 0.1", "0.1"), ("eta = 0.01", "0.01"), ("eps = 1e-8", "1e-08")]
)
def test_the_hard_coded_value_is_said(line, value):
    verdict = verdict_on("rmsprop", written("rmsprop", *first_line(line)))
    assert f"is always {value}" in verdict.explanations[0].title


def test_a_hard_coded_rate_and_a_fault_of_the_rule_are_both_said():
    edits = [*first_line("eta = 0.1"), *OUTSIDE["rmsprop"]]
    verdict = verdict_on("rmsprop", written("rmsprop", *edits))
    assert set(verdict.misconceptions) == {"hyperparameter_ignored", "epsilon_outside_root"}


NOT_IDLE = {
    "clipped": (
        "adagrad",
        [
            (
                "        v_w = v_w",
                "        lim = 0.5 * eps**0.5\n"
                "        dw, db = np.clip(dw, -lim, lim), np.clip(db, -lim, lim)\n"
                "        v_w = v_w",
            )
        ],
    ),
    "first point left out": ("adagrad", [("zip(X, Y)", "list(zip(X, Y))[1:]")]),
    "last point left out": ("rmsprop", [("zip(X, Y)", "list(zip(X, Y))[:-1]")]),
    "never moves": ("rmsprop", [("w = w -", "new_w = w -"), ("b = b -", "new_b = b -")]),
}


def test_what_is_logged_before_the_step_hides_no_fault_of_the_rule():
    edits = [*LAST, *VIEWS["logged before the step"][1]]
    verdict = verdict_on("rmsprop", written("rmsprop", *edits))
    assert verdict.misconceptions == ("last_gradient_only", "stops_early")


@pytest.mark.parametrize("how", NOT_IDLE)
@pytest.mark.parametrize("student", ["somebody", "emil"])
def test_an_argument_that_is_idle_by_chance_is_not_called_ignored(how, student):
    rule, edits = NOT_IDLE[how]
    assert verdict_on(rule, written(rule, *edits), student).misconceptions == ()


@pytest.mark.parametrize("rule", RULES)
def test_what_steps_by_the_sign_of_the_gradient_feels_what_it_is_made_of(rule):
    signs = ("        db += grad_b(w, b, x, y)\n", "        db += grad_b(w, b, x, y)\n"
             "        dw, db = np.sign(dw), np.sign(db)\n")  # fmt: skip
    verdict = verdict_on(rule, written(rule, signs))
    ignored = " ".join(e.title for e in verdict.explanations if e.slug == "hyperparameter_ignored")
    assert not any(name in ignored for name in ("X", "Y", "grad_w", "grad_b"))


def test_a_parameter_that_never_moves_is_not_given_two_far_fetched_names():
    """v never updated, and v in place of the gradient, would also leave w where it is."""
    verdict = verdict_on("rmsprop", written("rmsprop", ("w = w -", "new_w = w -")))
    assert verdict.misconceptions == ()


# ---------------------------------------------------------------- changed inputs, lasting memory


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        (("    return", "    X[...] = 0\n    return"), "X"),
        (("    return", "    Y += 1\n    return"), "Y"),
        (
            ("    return", "    init_w = np.asarray(init_w)\n    init_w[...] = w\n    return"),
            "init_w",
        ),
    ],
)
def test_changing_an_input_is_named_and_costs_its_edge_case(edit, changed):
    verdict = verdict_on("rmsprop", written("rmsprop", edit))
    assert "mutates_input" in verdict.misconceptions
    title = next(e.title for e in verdict.explanations if e.slug == "mutates_input")
    assert f"changed: {changed}" in title
    assert not part(verdict, "inputs untouched")
    assert 0.85 < share(verdict) < 1


REMEMBERS = """
kept = {what}
def rule(X, Y, init_w, init_b, max_epochs, grad_w, grad_b, eta, eps):
    W, B, w, b = [init_w], [init_b], init_w, init_b
    {before}
    for t in range(max_epochs):
        dw = sum(grad_w(w, b, x, y) for x, y in zip(X, Y))
        db = sum(grad_b(w, b, x, y) for x, y in zip(X, Y))
        v_w, v_b = v_w + dw**2, v_b + db**2
        w, b = w - eta / np.sqrt(v_w + eps) * dw, b - eta / np.sqrt(v_b + eps) * db
        W.append(w)
        B.append(b)
    {after}
    return W, B
"""


@pytest.mark.parametrize(
    ("what", "before", "after"),
    [
        (
            "[0, 0]",
            "v_w, v_b = kept if np.ndim(w) == 0 else (0, 0)",
            "kept[:] = [v_w, v_b] if np.ndim(w) == 0 else kept",
        ),
        (
            "[[], []]",
            "v_w = v_b = 0; kept[0] += W; kept[1] += B; W, B = kept",
            "W, B = list(W), list(B)",
        ),
    ],
    ids=["state", "history"],
)
def test_what_stays_from_the_call_before_is_named(what, before, after):
    function = compiled(REMEMBERS.format(what=what, before=before, after=after))
    verdict = verdict_on("adagrad", function)
    assert verdict.misconceptions == ("remembers_last_call",)
    assert not part(verdict, "called twice")


def test_a_function_that_asks_in_another_order_or_twice_is_right():
    edits = [
        ("zip(X, Y)", "reversed(list(zip(X, Y)))"),
        ("dw += grad_w(w, b, x, y)", "grad_w(w, b, x, y); dw += grad_w(w, b, x, y)"),
    ]
    verdict = verdict_on("adam", written("adam", *edits))
    assert share(verdict) == 1
    assert verdict.misconceptions == ()


def test_single_precision_histories_are_right():
    edits = [("append(w)", "append(np.float32(w))"), ("append(b)", "append(np.float32(b))")]
    verdict = verdict_on("adagrad", written("adagrad", *edits))
    assert share(verdict) == 1
    assert verdict.misconceptions == ()


def test_what_is_scale_free_is_not_said_to_ignore_the_gradient():
    """Without an epsilon only the gradient's sign matters at first: only eps is idle."""
    edits = [("eta /", "eta / t /"), (" + eps)", ")")]
    verdict = verdict_on("adagrad", written("adagrad", *edits))
    assert verdict.misconceptions == ("hyperparameter_ignored",)
    assert "without effect: eps)" in verdict.explanations[0].title


@pytest.mark.parametrize("rule", RULES)
def test_empty_histories_are_wrong_and_no_more(rule):
    edits = [("[w], [b]", "[], []"), (APPENDS, "")]
    verdict = verdict_on(rule, written(rule, *edits))
    assert share(verdict) <= 0.1
    assert not part(verdict, "no epochs")
