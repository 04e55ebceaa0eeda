"""A result as text: tables for people, promised shapes for programs; decides nothing."""
