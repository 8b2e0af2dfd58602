"""Judging: pure functions on traces.

==================  ===========================================================================
:mod:`.question`    the contracts, read first: what a kind of question is, and how it examines
:mod:`.update_rule` the kind that asks for an update rule; how it works is the wing :mod:`.rule`
:mod:`.formula`     the kind that asks for formulas
:mod:`.written`     the kind that a person grades
:mod:`.proof`       what a question shows of itself before it may grade
:mod:`.thresholds`  numbers in a student's code beyond which it may do something else
:mod:`.problem`     what edited programs are asked, to tell whether they are still right
:mod:`.stopped`     functions that gave no answer at all, of whatever kind of question
:mod:`.words`       what students read of all this, in one table
==================  ===========================================================================

A kind draws calls for one student and judges the traces that the sandbox brings back.
"""
