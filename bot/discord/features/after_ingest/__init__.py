"""What follows an ingest: news, questions that waited, marks on old answers."""
