"""Orders of operators with the least peak, each with a lower bound and the certificate that proves it."""
