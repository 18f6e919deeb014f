"""``evenhand serve``: the edition in a browser on this machine."""

from __future__ import annotations

from evenhand.cli.common import home


def serve(*, port: int | None = None, host: str = "127.0.0.1", records: bool = False) -> None:
    """Show the edition in a browser on this machine. Stop with Ctrl-C.

    Parameters
    ----------
    port
        The port to listen on; 8000, or the next free one, when left out.
    host
        The address to listen on; only this machine can reach the default.
    records
        Open the private half too, behind sign-in: people, the audit and client-level data. On this machine only.
    """
    from evenhand.site.serve import serve as run

    run(host, port, home(), records=records)
