"""Replaces what nobody may see, on its way from a source to a snapshot. Pure: values in, values out."""
