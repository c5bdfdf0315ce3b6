"""The inner loops that searches run millions of times, in Python and, if installed with a compiler, in C.

    place/ --asks--> choice.core() --> what interface.py says --by--> groups.py, singles.py    in Python: the reference
                                                           --by--> compiled.py -> c/*.c    the same in C

Both return the same layouts, make the same random choices and take the same number of steps; tests compare every one.
"""
