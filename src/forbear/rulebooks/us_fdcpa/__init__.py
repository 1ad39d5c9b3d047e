"""FDCPA section 805(a)(1) (15 U.S.C. 1692c): the statutory hours."""
