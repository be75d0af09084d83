"""How fast ferbench is on a machine: always as ratios that were measured in one run, in turn."""
