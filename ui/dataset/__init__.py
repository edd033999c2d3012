"""The Dataset page: get one, browse it, understand it."""
