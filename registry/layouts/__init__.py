"""The forms in which published datasets lie on people's disks, one idea a file."""
