"""The inner loops that searches run millions of times: compiled from C where Arenite was installed so, else in Python.

    place/ --asks--> choice.core() --> what interface.py says --by--> groups.py, singles.py    in Python: the reference
                                                           --by--> compiled.py -> c/*.c    the same in C

Both give the same layouts, make the same random choices, and take as many steps: tests compare every number.
"""
