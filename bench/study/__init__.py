"""What a study has found: the best trial, curves, importances, figures."""
