"""One Table, one Chart, one Report become HTML, SVG, CSV, ODS, XLSX and Parquet. Imports only facts.

``from evenhand.documents.table import Table, Column`` and ``from evenhand.documents.chart import Chart``; the drawings
are made by ``compare_charts`` (funnel, intervals, strip), ``time_charts`` (decile_bands, fan, slope) and
``part_charts`` (waterfall, stacked_bar, tile_map). Importing any of them loads no drawing or spreadsheet library.
"""
