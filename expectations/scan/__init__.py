"""The leak scan: decodes every container it opens, proves itself with controls."""
