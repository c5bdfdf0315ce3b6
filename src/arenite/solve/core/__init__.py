"""The inner loops that searches run millions of times, in Python and, if installed with a compiler, in C.

    place/, order/ --ask--> choice.core() --> what interface.py says --by--> groups.py, ... in Python: the reference
                                                                     --by--> compiled.py -> c/*.c    the same in C

Layouts are made in the modules here, orders in `orders/`. Both cores return the same layouts, orders and records of
searches, make the same random choices and take the same number of steps; tests compare every one.
"""
