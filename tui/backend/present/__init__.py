"""What people read: the numbers and sentences of both front ends, made from typed values."""
