"""The page of likeness, and the fit of the model of homes."""
