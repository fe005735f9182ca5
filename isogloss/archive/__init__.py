"""Results packed as a Workflow RO-Crate: another lab unpacks it, and scores and plots again."""
