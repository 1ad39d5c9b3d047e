"""Values every other package stands on: money, rates, days, zones, identifiers, errors."""
