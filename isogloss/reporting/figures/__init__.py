"""Figures of the reports, one module per figure or family of figures.

Nothing is imported here: each figure would be drawn anew for an edit of any other.
"""
