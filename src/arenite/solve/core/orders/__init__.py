"""The searches for an order of the operators, in Python and, by `compiled.py`, in C.

order/ --asks--> core().order_space() --> what interface.py says --by--> {depth,breadth}_first.py, beam.py
                                                                 --by--> compiled.py -> ../c/{depth,breadth,beam}.c
"""
