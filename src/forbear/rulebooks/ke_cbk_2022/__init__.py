"""Kenya CBK (Digital Credit Providers) Regulations 2022."""
