"""Keys, the encryption of fields that name a person, and the pseudonyms that take their place in a join.

Knows neither the lake nor a session: Arrow arrays go in and come out.
"""
