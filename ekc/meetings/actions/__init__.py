"""What can be done with a gathering: arrange it, write down who is there, write down what is told and asked."""
