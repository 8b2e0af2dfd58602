"""The words in which wrong update rules are spoken of: rules, edits, candidates, misconceptions."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from reference import rules_as_data as rules
from reference.rules_as_data import RuleView

Apply: TypeAlias = Callable[[RuleView], None]
"""Sets some numbers of a rule."""


@dataclass(frozen=True)
class Misconception:
    """What a name stands for, in words for students and instructors."""

    slug: str
    title: str
    """In a sentence that completes "Your function ..."."""
    formula: str
    """What is computed, g being the summed gradient and theta w or b."""
    what: str
    """What it means for the path, in a sentence or two."""
    hint: str
    """Where to look, without giving the answer away."""
    lecture: str
    """Where the lecture treats it."""
    convention: str = ""
    """Who teaches it that way; empty: nobody does."""
    seen: int = 0
    """How often it was found among 276 functions of real students."""


@dataclass(frozen=True)
class RuleAsData:
    """A right rule and what it has that can be got wrong."""

    name: str
    title: str
    numbers: Apply
    traits: frozenset[str]
    """Of ``history`` (anything kept from epoch to epoch), ``v`` (a second moment), ``root``,
    ``decay``, ``m`` (a first moment), ``betas``, ``correction``, ``maximum``, ``velocity``
    (momentum's first moment), ``lookahead``, ``annealing``."""
    edits: tuple[Edit, ...] = ()
    """Faults of this rule besides those of :mod:`reference.misconceptions`."""


@dataclass(frozen=True, eq=False)
class Edit:
    """A misconception's change to a rule's numbers."""

    slug: str
    """Empty: students are told no name."""
    variant: str
    """What distinguishes it from others of that name, in words; empty: nothing does."""
    apply: Apply
    needs: frozenset[str] = frozenset()
    """Traits that a rule must have for the edit to mean something."""
    only: frozenset[str] = frozenset()
    """Names of the rules it is for; empty: all that have the traits."""
    parts: tuple[str, ...] = ("both", "w", "b")
    """Of ``both``, ``w``, ``b``: in which parameters the fault may sit."""
    numbers_only: bool = False
    """True: such code only runs where w is a number."""
    measured: str = ""
    """Name of a measured hyper-parameter that it needs; empty: none."""
    arguments: tuple[str, ...] = ()
    """Names of hyper-parameters that count as other numbers here."""
    whole: bool = False
    """True: it sets the rule's numbers anew, so that two such edits do not compose."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """None, one, two or three edits, in both parameters or in one."""

    edits: tuple[Edit, ...]
    part: str = "both"
    parts: tuple[str, ...] = ()
    """Where each edit sits, if not all of them sit in ``part``."""

    @property
    def slugs(self) -> tuple[str, ...]:
        """The names, each once, in catalogue order."""
        return tuple(dict.fromkeys(edit.slug for edit in self.edits if edit.slug))

    @property
    def numbers_only(self) -> bool:
        return any(edit.numbers_only for edit in self.edits)

    def where(self, edit: object) -> str:
        """The parameters that one of the edits sits in: ``both``, ``w`` or ``b``."""
        return self.parts[self.edits.index(edit)] if self.parts else self.part

    @property
    def replaces(self) -> bool:
        """Whether one of the edits replaces the rule by another one."""
        return any(edit.whole for edit in self.edits)


def _rule(name: str, title: str, traits: str) -> RuleAsData:
    return RuleAsData(name, title, getattr(rules, name), frozenset(traits.split()))


RULES = {
    rule.name: rule
    for rule in (
        _rule("gradient_descent", "gradient descent", ""),
        _rule("momentum", "momentum", "history velocity"),
        _rule("nesterov", "NAG", "history velocity lookahead"),
        _rule("annealed_momentum", "momentum with annealing", "history velocity annealing"),
        _rule("adagrad", "AdaGrad", "history v root"),
        _rule("adagrad_without_root", "AdaGrad without the root", "history v"),
        _rule("rmsprop", "RMSProp", "history v root decay"),
        _rule("adam", "Adam", "history v root decay m correction betas"),
        _rule("amsgrad", "AMSGrad", "history v root decay m betas maximum"),
    )
}


@cache
def words() -> dict[str, Misconception]:
    """Every name with its words, in the order of the file beside this one."""
    text = (Path(__file__).parent / "misconceptions.toml").read_text(encoding="utf-8")
    return {slug: Misconception(slug, **entry) for slug, entry in tomllib.loads(text).items()}
