"""Marking: what the staff of a course reads and decides.

:mod:`.room` knows how things stand, and is brought up to date before each page; :mod:`.rows` are
the answers as lists show them; every other module answers the requests of one page.
"""
