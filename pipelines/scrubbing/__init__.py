"""The worker's side of the scrub stage: contexts in, scrubbed or refused rows out."""
