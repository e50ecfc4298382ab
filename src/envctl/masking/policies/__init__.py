"""What a policy says, which columns its rules mean, and whether it fits what is there."""
