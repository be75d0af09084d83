"""The layouts that come with ferbench, one TOML file each."""
