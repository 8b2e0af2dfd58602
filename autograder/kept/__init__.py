"""What takes a while to find out and is the same the next time.  Nothing in here is ever needed.

=================  ============================================================================
:mod:`.findings`   what has been found out about an answer, while this process has that answer
:mod:`.arrays`     arrays that are the same for every student, from one run to the next
:mod:`.folder`     where those lie, and whether what lies there is our own
=================  ============================================================================

What is guaranteed.  Grades depend on kept arrays, so an array is taken from the folder only where

- nobody but this user, and root, can have put it there: folder and files are this user's own,
  writable by nobody else, and no symbolic links; and no other user may exchange one of the folders
  above;
- its bytes, its shape and its name are what was written under the very key that it is looked for
  by (the assignment, the reference, the engine): a keyed digest of them lies beside it.

Anything else is computed, as if nothing were kept, and that is said once.  The digest is keyed with
the course's secret: in a course that has one of its own, not even this user's other programs can
make an array that is taken; in one that has none they can, as they could change the grades
themselves.
"""
