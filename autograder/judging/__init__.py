"""Judging: pure functions on traces.

``instances`` draws hidden problems; ``update_rule``, ``formula`` and ``written`` are the kinds of
question; ``compare``, ``identify``, ``behave``, ``facts`` measure; ``diagnose`` names; ``parts``
gives points; ``explain`` and ``words`` say it.  Nothing here knows a rule by name: the right rule
and the known ways to get it wrong come in as a :class:`~autograder.judging.catalogue.Catalogue`.
"""
