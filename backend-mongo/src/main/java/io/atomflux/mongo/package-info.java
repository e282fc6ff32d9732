/**
 * Stores rows in MongoDB: in pages for many clients and rows, or in the layout of the Python package asebytes.
 *
 * <p>Start at {@code MongoProvider}, which {@code mongodb://} and {@code mongodb+srv://} locations find by
 * themselves, and {@code MongoOptions}. May import core, Reactor and the reactive MongoDB driver; nothing
 * may import this package but users who give typed options.
 */
@NullMarked
package io.atomflux.mongo;

import org.jspecify.annotations.NullMarked;
