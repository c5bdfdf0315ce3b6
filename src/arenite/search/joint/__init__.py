"""Search of order and layout together, with overlap, and lower bounds that hold for every order."""
