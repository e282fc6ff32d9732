/**
 * How several files, or several places of one file, change at one instant: a redo journal beside the store, and its lock.
 *
 * <p>Internal, as is {@code tree}. Start at {@link io.atomflux.file.columnar.journal.StoreAccess}. Beside a store {@code X}
 * lie {@code X.lock}, which stays, {@code X.journal} while a change is being applied, and for a while {@code
 * .X.atomflux-rewrite} and {@code .X.atomflux-trash}.
 *
 * <p>May use {@code error} of the core.
 */
@NullMarked
package io.atomflux.file.columnar.journal;

import org.jspecify.annotations.NullMarked;
