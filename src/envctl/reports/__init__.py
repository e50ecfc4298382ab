"""What a command found out or did, a file for each subject: a command loads only what it answers with."""
