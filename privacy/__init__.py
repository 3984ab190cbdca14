"""What we tell people about their data, and what they agreed to. May import pages."""
