package io.atomflux.file.ase;

import io.atomflux.file.compressed.Compression;
import io.atomflux.file.compressed.Spool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** The text of a compressed file, inflated as far as it was read. */
final class InflatedText implements FrameText {

    private final Spool spool;

    private InflatedText(Spool spool) {
        this.spool = spool;
    }

    static InflatedText open(Path path, Compression kind, FileState state, String store, ExtxyzOptions options)
            throws IOException {
        return new InflatedText(Spool.open(
                path,
                kind,
                state.committed(),
                new Spool.Settings(options.spoolFolder(), options.maxInflatedBytes()),
                store));
    }

    @Override
    public int read(ByteBuffer room, long at) throws IOException {
        return spool.read(room, at);
    }

    @Override
    public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
        return spool.transferTo(at, count, target);
    }

    @Override
    public long limit() {
        return spool.knownSize().orElse(Long.MAX_VALUE);
    }

    @Override
    public boolean continues(FileState seen, FileState now, FrameIndex index) throws IOException {
        return now.committed() >= seen.committed() && spool.isTailUnchanged();
    }

    /** A stream does not know where the text ended when it began, so it keeps this one as it was. */
    @Override
    public boolean grow(FileState now, int streams) throws IOException {
        return streams == 0 && spool.grow(now.committed());
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
