"""加签, 减签 and the panel of a joint signing: who has signed, who has not, with what words."""
