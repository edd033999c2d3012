"""Training of the DCGAN: its recipes, what a step does, how a run goes on."""
