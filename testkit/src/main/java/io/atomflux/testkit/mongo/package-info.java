/**
 * A stand-in for MongoDB, for tests without one; start at {@link io.atomflux.testkit.mongo.MongoStandIn}.
 *
 * <p>Needs {@code de.bwaldvogel:mongo-java-server}, which whoever uses this adds. Imports nothing else of Atomflux.
 */
@NullMarked
package io.atomflux.testkit.mongo;

import org.jspecify.annotations.NullMarked;
