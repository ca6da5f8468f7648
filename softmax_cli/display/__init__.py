"""Records as Rich renderables and as text."""
