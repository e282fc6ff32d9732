/**
 * From the name of a repository to the files of one configuration and split, pinned to a commit: dataset information, card,
 * split patterns, trees; and the hub's cache folder.
 *
 * <p>Internal to the backend. Start at {@link io.atomflux.hub.catalog.Catalog}. May use {@code error} of the core, {@code
 * io.atomflux.hub.bytes} and {@code io.atomflux.hub.net}.
 */
@NullMarked
package io.atomflux.hub.catalog;

import org.jspecify.annotations.NullMarked;
