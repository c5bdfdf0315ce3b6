"""Orders of operators with the smallest peak, each with a lower bound and its certificate."""
