"""How cards are trained: the only room that imports interpret, LightGBM and scikit-learn."""
