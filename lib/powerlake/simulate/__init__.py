"""A synthetic utility with planted truth: every department's files, and apart from them what is really so."""
