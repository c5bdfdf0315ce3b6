"""The inner loops that searches run millions of times: compiled from C where Arenite was installed so, else in Python.

    place/rigid.py --asks--> choice.core() --> GroupFits (interface.py) --by--> groups.py      in Python: the reference
                                                                        --by--> compiled.py -> c/*.c

Both give the same layouts, make the same random choices, and take as many steps: tests compare every number.
"""
