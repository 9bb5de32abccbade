"""Finding passages: encode, keyword search, vectors, fusion, and the library that holds them together."""
