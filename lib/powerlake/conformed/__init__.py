"""From rows as received to the rows of silver: typed, brought to one form, one a key, tied to what they point at."""
