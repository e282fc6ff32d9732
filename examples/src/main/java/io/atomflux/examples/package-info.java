/**
 * One small program per task, meant to be read and copied; each is run by a test.
 *
 * <p>The programs use the facades only. Which store they open is decided by its path or URI, so hardly a backend is
 * named here.
 */
@NullMarked
package io.atomflux.examples;

import org.jspecify.annotations.NullMarked;
