"""What DMS writes, line by line: E1 to E30 of the conformance list, against the real replica.

A test's name begins with the lines that it shows. A PostgreSQL is live in all of them. E29 (unsigned
integers, zero dates, times beyond a day) concerns MySQL alone and is not here.
"""
