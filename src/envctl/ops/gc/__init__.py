"""`gc`: what there is, what is known of it elsewhere, and what goes."""
