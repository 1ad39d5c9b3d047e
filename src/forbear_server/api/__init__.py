"""The public JSON API: parse, ask one service or selector, present."""
