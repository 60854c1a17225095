"""Tests of recon_pipeline: one file a module, cases of rows in and rows out for each query under `cases/`."""
