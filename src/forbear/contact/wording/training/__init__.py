"""Training of the linear models of wording: the only place that uses a model library."""
