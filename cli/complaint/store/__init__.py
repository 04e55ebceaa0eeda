"""Tickets, policies and calendars as files: safe reading, line-preserving edits, durable writes, the lock."""
