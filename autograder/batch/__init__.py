"""Many submissions: executors, resume, policies applied; one failure stops nothing."""
