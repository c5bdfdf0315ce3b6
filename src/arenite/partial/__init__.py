"""Partial execution: which stretches of a model to execute strip by strip, so that its memory fits."""
