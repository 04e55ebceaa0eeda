"""What a ticket is and what a policy says: values in, values out; no files, no clock, no click."""
