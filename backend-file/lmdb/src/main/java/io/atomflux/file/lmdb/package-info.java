/**
 * Stores kept in an LMDB environment, in the layout shared with the Python package asebytes.
 *
 * <p>Found by suffix ({@code *.lmdb}). LMDB is a native library that blocks its caller, so every call runs behind the
 * bridge of the core; no type of the native binding appears in a public signature.
 */
@NullMarked
package io.atomflux.file.lmdb;

import org.jspecify.annotations.NullMarked;
