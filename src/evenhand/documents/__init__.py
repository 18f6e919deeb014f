"""One Table, one Chart, one Report become HTML, SVG, CSV, ODS, XLSX and Parquet. Imports only facts."""
