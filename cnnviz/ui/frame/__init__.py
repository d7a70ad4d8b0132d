"""What every page has: navigation, header, run bar, time machine, address."""
