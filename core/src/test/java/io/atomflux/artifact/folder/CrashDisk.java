package io.atomflux.artifact.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A file system in memory that kills the process at a chosen step, loses power, or has no room from a step on.
 *
 * <p>A killed process leaves all it wrote, the last write perhaps in part. Power loss leaves of each file any mixture of what
 * was synced and what was written since, sector by sector, with either length; of each folder what was synced and any of the
 * names made, renamed and removed since. A rename is whole or absent. Stamps tell lengths only, so nothing may rely on more.
 */
final class CrashDisk implements Disk {

    private static final int SECTOR = 512;

    /** The process is no more. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed() {
            super("killed", null, false, false);
        }
    }

    private static final class Node {
        final boolean folder;
        byte[] content = new byte[0];
        byte[] synced = new byte[0];
        Map<String, Node> names = new HashMap<>();
        Map<String, Node> syncedNames = new HashMap<>();

        Node(boolean folder) {
            this.folder = folder;
        }
    }

    /** What one step did to names; lost or kept as a whole. */
    private record Renaming(List<Entry> entries) {}

    private record Entry(Node folder, String name, @Nullable Node node) {}

    private final Node top = new Node(true);
    private final List<Renaming> renamings = new ArrayList<>();
    private final Set<Path> locked = new HashSet<>();
    private boolean dead;
    private int life;
    private int steps;
    private int killAt = Integer.MAX_VALUE;
    private int fullAt = Integer.MAX_VALUE;

    /** Planted: syncing a file does nothing. */
    boolean forgetsFiles;

    /** Planted: syncing a folder does nothing. */
    boolean forgetsFolders;

    /** Begins to count steps; the process is killed at one of them. */
    synchronized void begin(int kill) {
        steps = 0;
        killAt = kill;
        fullAt = Integer.MAX_VALUE;
        dead = false;
        life++;
        locked.clear();
    }

    /** Begins to count steps; from one of them on there is no room. */
    synchronized void beginFilling(int full) {
        steps = 0;
        fullAt = full;
    }

    synchronized int steps() {
        return steps;
    }

    private void alive() {
        if (dead) {
            throw new Killed();
        }
    }

    /** Returns whether this step is the one it is killed at. */
    private boolean step() {
        alive();
        if (++steps == killAt) {
            dead = true;
        }
        return dead;
    }

    private void stepWhole() {
        if (step()) {
            throw new Killed();
        }
    }

    private void room() throws IOException {
        if (steps >= fullAt) {
            throw new IOException("No space left on device");
        }
    }

    /** Loses power; the process is gone. */
    synchronized void losePower(SplittableRandom random) {
        for (Renaming renaming : renamings) {
            if (random.nextBoolean()) {
                renaming.entries().forEach(CrashDisk::sync);
            }
        }
        renamings.clear();
        lose(top, random);
    }

    private static void lose(Node node, SplittableRandom random) {
        node.names = new HashMap<>(node.syncedNames);
        if (!node.folder && !Arrays.equals(node.content, node.synced)) {
            int length = random.nextBoolean() ? node.content.length : node.synced.length;
            byte[] left = new byte[length];
            for (int at = 0; at < length; at += SECTOR) {
                byte[] from = random.nextBoolean() ? node.content : node.synced;
                if (at < from.length) {
                    System.arraycopy(from, at, left, at, Math.min(SECTOR, Math.min(length, from.length) - at));
                }
            }
            node.content = left;
            node.synced = left;
        }
        node.names.values().forEach(below -> lose(below, random));
    }

    private static void sync(Entry entry) {
        if (entry.node() == null) {
            entry.folder().syncedNames.remove(entry.name());
        } else {
            entry.folder().syncedNames.put(entry.name(), entry.node());
        }
    }

    private void rename(Entry... entries) {
        for (Entry entry : entries) {
            if (entry.node() == null) {
                entry.folder().names.remove(entry.name());
            } else {
                entry.folder().names.put(entry.name(), entry.node());
            }
        }
        renamings.add(new Renaming(List.of(entries)));
    }

    private @Nullable Node find(Path path) {
        Node node = top;
        for (Path name : path) {
            node = node.names.get(name.toString());
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    private Node get(Path path) throws NoSuchFileException {
        Node node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return node;
    }

    private Node folder(Path path) throws NoSuchFileException {
        Path parent = path.getParent();
        return parent == null || parent.getNameCount() == 0 ? top : get(parent);
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    @Override
    public synchronized Kind kind(Path path) {
        alive();
        Node node = find(path);
        return node == null ? Kind.NONE : node.folder ? Kind.FOLDER : Kind.FILE;
    }

    @Override
    public synchronized @Nullable Stamp stamp(Path path) {
        alive();
        Node node = find(path);
        return node == null || node.folder ? null : new Stamp(null, node.content.length, 0);
    }

    @Override
    public synchronized Handle read(Path path) throws IOException {
        alive();
        return new Opened(get(path), life);
    }

    @Override
    public synchronized Handle write(Path path) throws IOException {
        return read(path);
    }

    @Override
    public synchronized Handle create(Path path) throws IOException {
        stepWhole();
        room();
        if (find(path) != null) {
            throw new FileAlreadyExistsException(path.toString());
        }
        Node node = new Node(false);
        rename(new Entry(folder(path), name(path), node));
        return new Opened(node, life);
    }

    @Override
    public synchronized void move(Path from, Path to) throws IOException {
        stepWhole();
        Node target = find(to);
        if (target != null && target.folder) {
            throw new FileAlreadyExistsException(to.toString());
        }
        rename(new Entry(folder(from), name(from), null), new Entry(folder(to), name(to), get(from)));
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        alive();
        Node node = find(path);
        if (node != null) {
            stepWhole();
            if (!node.names.isEmpty()) {
                throw new IOException("not empty: " + path);
            }
            rename(new Entry(folder(path), name(path), null));
        }
    }

    @Override
    public synchronized void makeFolder(Path path) throws IOException {
        alive();
        if (find(path) == null) {
            stepWhole();
            room();
            rename(new Entry(folder(path), name(path), new Node(true)));
        }
    }

    @Override
    public synchronized List<String> names(Path folder) {
        alive();
        Node node = find(folder);
        return node == null ? List.of() : new ArrayList<>(node.names.keySet());
    }

    @Override
    public synchronized void sync(Path path) throws IOException {
        Node folder = get(path);
        stepWhole();
        if (forgetsFolders) {
            return;
        }
        renamings.removeIf(renaming -> {
            boolean here = renaming.entries().stream().anyMatch(entry -> entry.folder() == folder);
            if (here) {
                renaming.entries().forEach(CrashDisk::sync);
            }
            return here;
        });
    }

    @Override
    public synchronized Closeable lock(Path path) {
        alive();
        if (!locked.add(path)) {
            throw new IllegalStateException(path + " is locked already");
        }
        return () -> unlock(path);
    }

    @Override
    public synchronized @Nullable Closeable tryLock(Path path) {
        alive();
        return locked.add(path) ? () -> unlock(path) : null;
    }

    private synchronized void unlock(Path path) {
        locked.remove(path);
    }

    private final class Opened implements Handle {

        private final Node node;
        private final int opened;

        Opened(Node node, int opened) {
            this.node = node;
            this.opened = opened;
        }

        private void current() {
            alive();
            if (opened != life) {
                throw new Killed();
            }
        }

        @Override
        public int read(ByteBuffer target, long position) {
            synchronized (CrashDisk.this) {
                current();
                int count = (int) Math.max(0, Math.min(target.remaining(), node.content.length - position));
                if (count > 0) {
                    target.put(node.content, (int) position, count);
                }
                return count;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (CrashDisk.this) {
                current();
                boolean killed = step();
                boolean full = steps >= fullAt;
                int count = killed || full ? source.remaining() / 2 : source.remaining();
                byte[] changed = Arrays.copyOf(node.content, (int) Math.max(node.content.length, position + count));
                source.get(changed, (int) position, count);
                node.content = changed;
                if (killed) {
                    throw new Killed();
                }
                room();
            }
        }

        @Override
        public long size() {
            synchronized (CrashDisk.this) {
                current();
                return node.content.length;
            }
        }

        @Override
        public void truncate(long length) {
            synchronized (CrashDisk.this) {
                current();
                stepWhole();
                node.content = Arrays.copyOf(node.content, (int) length);
            }
        }

        @Override
        public void force() {
            synchronized (CrashDisk.this) {
                current();
                stepWhole();
                if (!forgetsFiles) {
                    node.synced = node.content;
                }
            }
        }

        @Override
        public void close() {
            // nothing is kept open
        }
    }
}
