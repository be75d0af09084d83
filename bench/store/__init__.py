"""The results database: what ingesting the journals gives."""
