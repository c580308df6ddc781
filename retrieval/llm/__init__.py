"""Language models, behind one narrow seam: ``retrieval.llm.chat``."""
