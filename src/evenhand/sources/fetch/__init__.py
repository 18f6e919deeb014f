"""Bring the newest official files from their publishers. The only network code of Evenhand, and always asked for.

``fetch(load_catalogue(), folder)`` brings files, ``probe(load_catalogue())`` only asks. Nothing else in the program
needs a network: without one, ``FetchReport.offline`` is true and its ``sentence()`` says so.
"""

from evenhand.sources.fetch.catalogue import BadCatalogue, Catalogue, Pin, Source, load_catalogue
from evenhand.sources.fetch.client import Client, FetchFailed, Limits, NoNetwork
from evenhand.sources.fetch.probe import Probe, probe
from evenhand.sources.fetch.run import FetchReport, Outcome, Progress, fetch

__all__ = [
    "BadCatalogue",
    "Catalogue",
    "Client",
    "FetchFailed",
    "FetchReport",
    "Limits",
    "NoNetwork",
    "Outcome",
    "Pin",
    "Probe",
    "Progress",
    "Source",
    "fetch",
    "load_catalogue",
    "probe",
]
