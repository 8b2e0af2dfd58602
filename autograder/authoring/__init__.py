"""What it takes to write an assignment; who only grades never opens this room.

::

    new --skeleton/--> an author fills it in --verify--> proved --release--> student_template/

=================  ============================================================================
:mod:`.new`        lays down the files of a new assignment, from ``skeleton/``
:mod:`.master`     reads the master notebook: questions, model answers, what students do not get
:mod:`.release`    writes what students get, and refuses where :mod:`.leaks` finds a hidden line
:mod:`.carrying`   puts the checks into the students' notebook, so that it needs nothing beside it
:mod:`.crossing`   refuses a notebook that answers another assignment of the course
:mod:`.solutions`  writes the model answers, and why they are right, for later
:mod:`.verify`     proves an assignment: right programs pass, every known fault is caught
:mod:`.mutants`    edits right programs by machine: no wrong one may have full marks
=================  ============================================================================
"""
