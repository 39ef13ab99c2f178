"""What people do in mentoring. Every function checks the permission, writes once, and leaves a trace."""
