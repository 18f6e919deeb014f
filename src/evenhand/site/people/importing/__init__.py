"""People and assessments from a CSV or XLSX file of another system, in steps that write nothing until the last.

The file is received (``receiving``), read (``reading``) and kept in a folder of its own (``keeping``). Its columns and
values are matched with ours (``fields``, ``guessing``). A ``plan`` says for every row what would become of it, with the
records as they are now: the pages show it, and ``doing`` makes it again inside the transaction that carries it out.
"""
