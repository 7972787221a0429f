"""The other end: fetches files from a TFTP server and puts them there."""
