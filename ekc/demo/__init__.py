"""Case files, entering them through the product's own actions, and the invented people of the demo."""
