"""Case files, how they are entered through the product's own actions, and the invented people of the demonstration."""
