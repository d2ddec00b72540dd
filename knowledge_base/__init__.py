"""What the assistant knows: content files in, checked frozen values out."""
