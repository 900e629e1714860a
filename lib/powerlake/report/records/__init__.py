"""What the page shows, one module a section: small frozen records, the same whether 79 or 5 million customers."""
