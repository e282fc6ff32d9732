package io.atomflux.testkit;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Installs {@link BlockHoundGuard} before the first test of a JVM, where JUnit looks for extensions by itself ({@code
 * junit.jupiter.extensions.autodetection.enabled=true}).
 *
 * <p>Installed later, it takes schedulers' threads that are waiting for work already for ones that block, and ends them;
 * what is given to them then waits for ever.
 */
public final class BlockHoundFromTheStart implements BeforeAllCallback {

    /** For {@link java.util.ServiceLoader}. */
    public BlockHoundFromTheStart() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        BlockHoundGuard.install();
    }
}
