"""What is known about Chinese: n-grams, scripts, one canonical form for every character."""
