"""Chooses which stretches of operators to execute in parts: strips of rows or groups of channels.

    Line --cut where little is alive--> Stretch --ways, costs--> Segment --choose--> Choice --realize--> Model

A stretch is a range of operators. A segment is a stretch with a way to execute it, whole or in a number of parts, and
its costs. A choice is a sequence of segments that covers the line.
"""
