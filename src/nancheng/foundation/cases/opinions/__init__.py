"""征求意见: others are asked about a case while it stays where it is and its clocks run on."""
