"""One file with everything that cannot be made again: the records, the audit and the keys; and putting it back.

``archive`` is the file and its sums, ``databases`` what each database does its own way, ``keeping`` the two verbs.
Editions, loaded files and the workspace's runs are not in it: they are made again from what they were made from.
"""
