"""Shapes: how typed rows of a file become the book's tables, one module a shape.

`tables`: the files are the tables already. `flat`: one row a loan, its schedule computed. The
others belong to one public data set each and stand beside their preset's mapping.
"""
