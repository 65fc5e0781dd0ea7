"""The command line: parse, ask the backend, print. stdout is data, stderr is narration."""
