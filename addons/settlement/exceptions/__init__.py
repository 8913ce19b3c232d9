"""What can be done about exceptions and how urgent they are: plain Python."""
