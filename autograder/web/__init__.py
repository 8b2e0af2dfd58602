"""Pages for people of the course: one application, on this machine alone.

Theory of operation.  A request passes, in this order:

1. :mod:`.safety`: it asks for this host, comes from no other site's page, and is not too large;
   whatever is answered forbids scripts from elsewhere, frames and guesses about its type;
2. :mod:`.people`: it brings a secret, which becomes a signed cookie, or such a cookie; a form
   brings the token of that session, too;
3. :mod:`.app`: the role may do this.  What answers it is a function of what there is to decide
   on, and of the :class:`~autograder.web.visit.Visit`.

Pages are whole without scripts; ``static/desk.js`` adds keys.  What strangers wrote reaches a page
through the template engine, which escapes it, or through :mod:`.prose`, which leaves of it what is
on a list.

Nothing in this package is imported where only grading is wanted, and its libraries are an extra of
their own.
"""
