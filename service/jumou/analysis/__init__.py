"""Numbers from a region's profile: every result is an Indicator with its inputs, or says what it lacks."""
