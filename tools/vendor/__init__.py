"""Files of the npm registry that the web faces ship."""
