"""One file a question, and the recording commands made from the vocabulary: parse, call, print."""
