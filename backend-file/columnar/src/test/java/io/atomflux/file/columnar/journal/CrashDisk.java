package io.atomflux.file.columnar.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A file system in memory that kills the process at a chosen step, and loses power.
 *
 * <p>A killed process leaves all it wrote, the last write perhaps in part. Power loss leaves of each file any mixture of what
 * was synced and what was written since, sector by sector, with either length; of each folder what was synced and any of the
 * names made, renamed and removed since. A rename is whole or absent.
 */
final class CrashDisk implements Disk, Marks {

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
    private final List<long[]> remembered = new ArrayList<>(List.of(new long[] {1, 0}));
    private boolean dead;
    private int life;
    private int steps;
    private int killAt = Integer.MAX_VALUE;

    /** Planted: syncing a file does nothing. */
    boolean forgetsFiles;

    /** Planted: syncing a folder does nothing. */
    boolean forgetsFolders;

    /** Begins to count steps; the process is killed at one of them. */
    void begin(int kill) {
        steps = 0;
        killAt = kill;
        dead = false;
        life++;
    }

    int steps() {
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

    /** Loses power; the process is gone. */
    void losePower(SplittableRandom random) {
        for (Renaming renaming : renamings) {
            if (random.nextBoolean()) {
                renaming.entries().forEach(CrashDisk::sync);
            }
        }
        renamings.clear();
        lose(top, random);
        long[] last = remembered.get(random.nextInt(remembered.size()));
        remembered.clear();
        remembered.add(last);
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

    /** Makes all there is survive loss of power. */
    void settle() {
        renamings.clear();
        settle(top);
        remembered.subList(0, remembered.size() - 1).clear();
    }

    private static void settle(Node node) {
        node.synced = node.content;
        node.syncedNames = new HashMap<>(node.names);
        node.names.values().forEach(CrashDisk::settle);
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
        return parent == null ? top : get(parent);
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    @Override
    public Kind kind(Path path) {
        alive();
        Node node = find(path);
        return node == null ? Kind.NONE : node.folder ? Kind.FOLDER : Kind.FILE;
    }

    @Override
    public Handle open(Path path, Mode mode) throws IOException {
        alive();
        Node node = find(path);
        if (mode == Mode.EMPTY) {
            stepWhole();
            if (node == null) {
                node = new Node(false);
                rename(new Entry(folder(path), name(path), node));
            } else {
                node.content = new byte[0];
            }
        } else if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        return new Opened(node, life);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        stepWhole();
        Node target = find(to);
        if (target != null && target.folder) {
            throw new FileAlreadyExistsException(to.toString());
        }
        rename(new Entry(folder(from), name(from), null), new Entry(folder(to), name(to), get(from)));
    }

    @Override
    public void delete(Path path) throws IOException {
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
    public void makeFolder(Path path) throws IOException {
        stepWhole();
        if (find(path) != null) {
            throw new FileAlreadyExistsException(path.toString());
        }
        rename(new Entry(folder(path), name(path), new Node(true)));
    }

    @Override
    public List<String> names(Path folder) throws IOException {
        alive();
        return new ArrayList<>(get(folder).names.keySet());
    }

    @Override
    public void sync(Path path) throws IOException {
        Node folder = get(path);
        if (step()) {
            throw new Killed();
        }
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
    public long modified(Path path) {
        return 0;
    }

    @Override
    public void keepPermissions(Path old, Path replacing) {
        // there are none
    }

    @Override
    public long mark() {
        return 5;
    }

    private long[] last() {
        return remembered.get(remembered.size() - 1);
    }

    long generation() {
        return last()[0];
    }

    @Override
    public long applied() {
        alive();
        return last()[1];
    }

    @Override
    public void apply(long number) {
        stepWhole();
        remembered.add(new long[] {last()[0] + 1, number});
    }

    @Override
    public void change() {
        stepWhole();
        remembered.add(new long[] {last()[0] + 1, last()[1]});
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
            current();
            int count = (int) Math.max(0, Math.min(target.remaining(), node.content.length - position));
            if (count > 0) {
                target.put(node.content, (int) position, count);
            }
            return count;
        }

        @Override
        public void write(ByteBuffer source, long position) {
            current();
            boolean killed = step();
            int count = killed ? source.remaining() / 2 : source.remaining();
            byte[] changed = Arrays.copyOf(node.content, (int) Math.max(node.content.length, position + count));
            source.get(changed, (int) position, count);
            node.content = changed;
            if (killed) {
                throw new Killed();
            }
        }

        @Override
        public long size() {
            current();
            return node.content.length;
        }

        @Override
        public void resize(long length) {
            current();
            stepWhole();
            node.content = Arrays.copyOf(node.content, (int) length);
        }

        @Override
        public void force() {
            current();
            stepWhole();
            if (!forgetsFiles) {
                node.synced = node.content;
            }
        }

        @Override
        public void close() {
            // nothing is kept open
        }
    }
}
