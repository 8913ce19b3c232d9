"""What a code of a source means here: rules that people decided on. Pure code."""
