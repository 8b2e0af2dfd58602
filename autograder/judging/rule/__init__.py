"""Judging an update rule: from a black box to the line that is wrong.

Three nouns hold the wing together; each imports only what stands above it.

==========================  =======================================================================
what is asked               :mod:`.asked` what an assignment says of a rule, of its
                            :mod:`.hyperparameters` and of its :mod:`.edges`; :mod:`.instance` one
                            call, and how it is drawn; :mod:`.pool` the drawn ones that everybody's
                            exam is put together from; :mod:`.unlike` those unlike them;
                            :mod:`.at_thresholds` those that numbers in the code ask for;
                            :mod:`.probes` calls made of a drawn one
what is known beforehand    :mod:`.catalogue` what is needed of a rule and its known faults;
                            :mod:`.functions` one made of plain functions; :mod:`.right_answers`
what is known of a student  :mod:`.evidence`, and what fills it: :mod:`.history` reads an answer,
                            :mod:`.interface` how it treats its arguments, :mod:`.moments` what its
                            moments average, :mod:`.rates` how fast it moves, :mod:`.views` and
                            :mod:`.diagnose` what it computes
what comes of it            :mod:`.points` the checks, :mod:`.explain` the words, :mod:`.pictures`
the whole                   :mod:`.exam` one student's exam; :mod:`.simulate` one of known code;
                            :mod:`.proof` whether it catches all that is known;
                            :mod:`.problems` what edited programs are asked
==========================  =======================================================================

Nothing here knows a rule by name: the right one and the known ways to get it wrong come in as a
:class:`~autograder.judging.rule.catalogue.Catalogue`.
"""
