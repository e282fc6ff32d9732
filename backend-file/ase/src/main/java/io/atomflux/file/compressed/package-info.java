/**
 * Files compressed as a whole, read as if they were not.
 *
 * <p>Start at {@link io.atomflux.file.compressed.Spool}, which inflates a file as far as it is asked for into a temporary
 * file, and {@link io.atomflux.file.compressed.Compression}, which knows the forms: gzip (RFC 1952, any number of members)
 * and Zstandard (RFC 8878, any number of frames, skippable ones among them). Internal to the file backends; blocks, so only
 * called where that is allowed.
 *
 * <p>May use {@code error} of the core.
 */
@NullMarked
package io.atomflux.file.compressed;

import org.jspecify.annotations.NullMarked;
