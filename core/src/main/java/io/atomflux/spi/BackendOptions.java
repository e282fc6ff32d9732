package io.atomflux.spi;

/** Marks the typed options of one backend; each backend that has options offers a record with a builder. */
public interface BackendOptions {}
