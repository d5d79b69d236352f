"""The demonstration: programmes and members to look at, and a purchase followed to the phone."""
