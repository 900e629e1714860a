"""What comes from outside the utility, brought into landing: by HTTP, and from a calendar library.

This package ends where landing begins: it leaves files as a department would, and bronze takes them in as any other.
"""
