"""The verbs. Each has a module with a pure function that makes its plan."""
