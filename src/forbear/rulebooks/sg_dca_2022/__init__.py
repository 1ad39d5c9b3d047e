"""Singapore Debt Collection Act 2022: nothing retrieved."""
