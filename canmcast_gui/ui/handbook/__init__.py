"""The handbook in the window: its Markdown pages, the search over them, and the window that shows them."""
