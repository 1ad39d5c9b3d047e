"""Indonesia POJK 22/2023: collection hours and days."""
