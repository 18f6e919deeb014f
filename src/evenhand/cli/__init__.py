"""The ``evenhand`` command: thin, one module per verb."""


def main() -> None:
    """Run the command line. Imports late, so that quick verbs stay quick."""
    from evenhand.cli.app import run

    run()
