"""The tables that papers print, one TOML file a paper, misprints included."""
