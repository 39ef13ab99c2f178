"""What people do in a reporting round. Every function checks the permission, writes once, and leaves a trace."""
