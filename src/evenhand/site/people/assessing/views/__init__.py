"""Pages of assessments: ``staff`` under /work/, ``mine`` under /my/. Thin: services and queries decide."""
