"""How late a loan is: days past due, buckets, cure, roll rates, vintages."""
