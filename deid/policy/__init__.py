"""The policy that compliance signs: loading, checking and compiling it."""
