"""How good the translations of a memory or a corpus are, for a person to judge by.

`frames` declares the tables, `checks` looks at each unit, `detection` at the language of a sample,
`back` at a sample translated back; `measure` sums up, and `report` writes what is read.
"""
