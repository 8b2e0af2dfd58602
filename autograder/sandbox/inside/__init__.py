"""What runs beside student code, in the same process, where the student can read and patch it.

Nothing in this folder knows a right answer, a score or another student's work, and nothing it
says is believed: it asks the student's functions and passes on what they return.  The process
that judges (:mod:`autograder.sandbox.session`) never runs any of it; of this folder it uses
:mod:`.wire` only, the format of the frames.

In the order of their work: :mod:`.harness` reads frames (:mod:`.wire`), :mod:`.notebook` runs cells
(:mod:`.transform`, :mod:`.statements`; :mod:`.names` that later lines took from functions),
:mod:`.calls` calls functions (:mod:`.gradients`) and writes down what they return (:mod:`.values`).
:mod:`.standins`, :mod:`.progress`, :mod:`.speed` and :mod:`.files` stand for what is not there.

The files are sent to the sandbox as text (:mod:`autograder.sandbox.modules`), so that the folder
in which the course lies need not be readable there: all at its start, except :mod:`.gradients`.
"""
