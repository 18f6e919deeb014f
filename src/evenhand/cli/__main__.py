"""``python -m evenhand.cli``: the same as the ``evenhand`` command, where its script is not on the path."""

from evenhand.cli import main

main()
