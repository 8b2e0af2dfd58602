"""The portal: students hand in and read what came of it; staff mark; instructors publish.

Theory of operation.  One process answers requests, and starts another, whose graders take what
waits in the store (:mod:`autograder.batch.graders`); the two say nothing to each other but that
something came.  Several such pairs may share one PostgreSQL store.

- :mod:`.doors` lets people in by their personal links, :mod:`.syllabus` knows which assignments
  there are at the moment, :mod:`.register` who handed in what and which of it counts;
- :mod:`.receiving` takes a file off the wire, :mod:`.office` keeps it and gives a receipt;
- :mod:`.seeing` says what of a verdict its student is shown, :mod:`.drawing` draws pages when they
  are opened, :mod:`.board` tells those who wait;
- :mod:`.api` answers programs, :mod:`.student` and :mod:`.staff` people, :mod:`.serving` puts all
  of it together.
"""
