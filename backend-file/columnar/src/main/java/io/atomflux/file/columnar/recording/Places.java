package io.atomflux.file.columnar.recording;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The folder of a recording, and those beside it while a new one takes its place.
 *
 * <p>A new one is made as {@code .NAME.next}. The old one is renamed to {@code .NAME.gone}: from that instant on the new one is
 * the recording, and only its name is missing.
 */
final class Places {

    private final Path root;
    private final Path next;
    private final Path gone;

    Places(Path root) {
        this.root = root.toAbsolutePath().normalize();
        Path name = this.root.getFileName();
        if (name == null) {
            throw new IllegalArgumentException("path \"%s\" (expected: a folder with a name)".formatted(root));
        }
        this.next = this.root.resolveSibling("." + name + ".next");
        this.gone = this.root.resolveSibling("." + name + ".gone");
    }

    Path root() {
        return root;
    }

    Path next() {
        return next;
    }

    Path parent() {
        return Objects.requireNonNull(root.getParent());
    }

    /** Returns where the recording is now; there need not be one. */
    Path current() {
        return !Disk.exists(root) && Disk.exists(gone) && Disk.exists(next) ? next : root;
    }

    /** Brings to its end, or back, what a killed process has left; only for who holds the lease. */
    void recover(Disk disk) throws IOException {
        if (Disk.exists(gone)) {
            if (!Disk.exists(root)) {
                disk.move(Disk.exists(next) ? next : gone, root);
                disk.sync(parent());
            }
            disk.deleteTree(gone);
        }
        disk.deleteTree(next);
    }

    /** Puts the new one in its place; what is there goes aside and can be removed with {@link #clear}. */
    void publish(Disk disk) throws IOException {
        if (!Disk.names(root).isEmpty()) {
            disk.deleteTree(gone); // of an attempt whose end was not seen
            disk.move(root, gone);
        }
        disk.move(next, root);
        disk.sync(parent());
    }

    /** Removes what the new one replaced. */
    void clear(Disk disk) throws IOException {
        disk.deleteTree(gone);
    }
}
