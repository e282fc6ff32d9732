/**
 * Contracts that every storage backend has to pass, with the sample rows they use.
 *
 * <p>A backend's test extends a contract and supplies its factory methods; the test methods themselves cannot be
 * overridden, so no part of a contract can be switched off. Types here use the core and no backend.
 */
@NullMarked
package io.atomflux.testkit;

import org.jspecify.annotations.NullMarked;
