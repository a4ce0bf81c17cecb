"""The rules of the doctor: one module a disease, which has the name of the file."""
