"""Temperatures that make probabilities fit what came true."""
