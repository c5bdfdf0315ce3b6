"""Costs of many models, as they are: records for tables, computed here, in processes, or on a cluster.

models --run--> sources, one by one --here | processes | cluster--> records, in the order of the models
"""
