"""What a run would cost, why each job of it would run, and whether this machine is ready for it.

Commands: `python -m isogloss.plan`, `isogloss.why`, `isogloss.doctor`. `workflow` alone imports
Snakemake; nothing that a job runs imports this package. docs/planning.md lists every assumption.
"""
