/**
 * The command {@code atomflux}: looking into stores, copying between them and running the examples from a shell.
 *
 * <p>Starts in {@code Main}. Commands use the facades, as any other program would; results go to standard output,
 * everything else to standard error.
 */
@NullMarked
package io.atomflux.cli;

import org.jspecify.annotations.NullMarked;
