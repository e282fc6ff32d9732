/**
 * What concurrent clients did to one store, and whether any order of their calls explains it; for authors of backends.
 *
 * <p>A client writes each {@link io.atomflux.testkit.history.Call} and its {@link io.atomflux.testkit.history.Reply} to a
 * {@link io.atomflux.testkit.history.HistoryLog}; {@link io.atomflux.testkit.history.History} joins the logs, and {@link
 * io.atomflux.testkit.history.HistoryChecker} judges. {@code io.atomflux.testkit.SharedStoreContract} does all of that with
 * processes that are killed.
 *
 * <p>Types here use the JDK only, so that what is judged cannot bend the judge.
 */
@NullMarked
package io.atomflux.testkit.history;

import org.jspecify.annotations.NullMarked;
