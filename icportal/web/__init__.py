"""What every page shares: the request cycle, forms, errors, headers, navigation, figures."""
