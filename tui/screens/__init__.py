"""The face, one screen a module: what is shown and what the keys do. All decisions are the
backend's; screens ask the app (`face.Face`) for readings and never import it.
"""
