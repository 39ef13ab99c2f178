"""What people do with toolkits. Every function checks the permission, writes once, and leaves a trace."""
