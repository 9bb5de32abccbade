"""How good the drafts are: compared with plans that experts published, question by question, sentence by sentence."""
