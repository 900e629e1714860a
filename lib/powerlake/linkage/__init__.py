"""One customer, whatever the number of records: which records are one person or firm, and what holds of it."""
