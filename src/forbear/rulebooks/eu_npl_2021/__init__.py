"""Directive (EU) 2021/2167: credit purchasers and servicers."""
