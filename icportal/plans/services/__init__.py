"""What people do with an action plan. Every function checks the permission, writes once, and leaves a trace."""
