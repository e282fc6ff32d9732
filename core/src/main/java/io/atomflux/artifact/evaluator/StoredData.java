package io.atomflux.artifact.evaluator;

/** What an {@link EvaluatorStorage} keeps: one of Evaluator's data classes. */
public sealed interface StoredData permits CalculationData, ForceFieldData {}
