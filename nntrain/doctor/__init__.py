"""What a training suffers from, and which line to change: the doctor."""
