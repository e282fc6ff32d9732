package io.atomflux.hub.parquet;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import org.apache.parquet.format.PageHeader;
import shaded.parquet.org.apache.thrift.TConfiguration;
import shaded.parquet.org.apache.thrift.TException;
import shaded.parquet.org.apache.thrift.protocol.TCompactProtocol;
import shaded.parquet.org.apache.thrift.protocol.TList;
import shaded.parquet.org.apache.thrift.protocol.TMap;
import shaded.parquet.org.apache.thrift.protocol.TProtocolException;
import shaded.parquet.org.apache.thrift.protocol.TSet;
import shaded.parquet.org.apache.thrift.protocol.TStruct;
import shaded.parquet.org.apache.thrift.transport.TTransport;
import shaded.parquet.org.apache.thrift.transport.TTransportException;

/**
 * Reads Thrift's compact protocol from a byte array without trusting it: no text, list or map is longer than the bytes that
 * are left, and nesting is bounded. The stock reader allocates what a length says, and skips unknown fields as deep as they
 * go.
 */
final class BoundedThrift extends TCompactProtocol {

    // Types of fields; the class with their names is not in the jar.
    static final byte STOP = 0;
    static final byte I64 = 10;
    static final byte LIST = 15;

    private static final int DEEPEST = 64;
    // Columns of the widest tables are some 100 000. The generated classes print what they have read into an error, so
    // this bounds errors too.
    private static final int LONGEST_LIST = 1 << 18;

    private final Source source;
    private int depth;

    private BoundedThrift(Source source) {
        super(source);
        this.source = source;
    }

    static BoundedThrift over(byte[] bytes, int from, int to) {
        return new BoundedThrift(new Source(bytes, from, to));
    }

    /** Tells of bytes that are not what they should be. */
    static CorruptDataException undecodable(String what, TException cause, Place place) {
        return place.corrupt("%s that do not decode (%s)".formatted(what, cause.getMessage()), cause);
    }

    /** Passes on errors of this library, and turns what the generated classes stumble over into one. */
    static AtomfluxException unforeseen(String what, RuntimeException cause, Place place) {
        return cause instanceof AtomfluxException known
                ? known
                : place.corrupt("%s that do not decode (%s)".formatted(what, cause), cause);
    }

    /**
     * Reads the header of a page.
     *
     * @return where the page's content begins
     */
    static int pageHeader(PageHeader header, byte[] bytes, int from, int to, Place place) {
        BoundedThrift thrift = over(bytes, from, to);
        try {
            header.read(thrift);
        } catch (TException e) {
            throw undecodable("bytes of a page header", e, place);
        } catch (RuntimeException e) {
            throw unforeseen("bytes of a page header", e, place);
        }
        if (thrift.source.at > to) {
            throw place.corrupt("a page header that is cut off");
        }
        return thrift.source.at;
    }

    private void deeper() throws TProtocolException {
        if (++depth > DEEPEST) {
            throw new TProtocolException(TProtocolException.DEPTH_LIMIT, "nested deeper than " + DEEPEST);
        }
    }

    private static void checkLength(int length) throws TProtocolException {
        if (length > LONGEST_LIST) {
            throw new TProtocolException(
                    TProtocolException.SIZE_LIMIT,
                    "a list of " + length + " elements (expected: at most " + LONGEST_LIST + ")");
        }
    }

    @Override
    public TStruct readStructBegin() throws TException {
        deeper();
        return super.readStructBegin();
    }

    @Override
    public void readStructEnd() throws TException {
        depth--;
        super.readStructEnd();
    }

    @Override
    public TList readListBegin() throws TException {
        deeper();
        TList list = super.readListBegin();
        checkLength(list.size);
        return list;
    }

    @Override
    public void readListEnd() throws TException {
        depth--;
        super.readListEnd();
    }

    // Not super's, which reads a list without ending it.
    @Override
    public TSet readSetBegin() throws TException {
        return new TSet(readListBegin());
    }

    @Override
    public void readSetEnd() throws TException {
        readListEnd();
    }

    @Override
    public TMap readMapBegin() throws TException {
        deeper();
        TMap map = super.readMapBegin();
        checkLength(map.size);
        return map;
    }

    @Override
    public void readMapEnd() throws TException {
        depth--;
        super.readMapEnd();
    }

    /** Bytes of an array; what asks for more than are left is refused before anything is allocated. */
    private static final class Source extends TTransport {

        private final byte[] bytes;
        private final int end;
        private int at;

        Source(byte[] bytes, int from, int to) {
            this.bytes = bytes;
            this.at = from;
            this.end = to;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void open() {
            // Nothing to open.
        }

        @Override
        public void close() {
            // Nothing to close.
        }

        @Override
        public int read(byte[] target, int offset, int length) throws TTransportException {
            checkReadBytesAvailable(length);
            System.arraycopy(bytes, at, target, offset, length);
            at += length;
            return length;
        }

        @Override
        public void write(byte[] source, int offset, int length) {
            throw new UnsupportedOperationException("write");
        }

        @Override
        public byte[] getBuffer() {
            return bytes;
        }

        @Override
        public int getBufferPosition() {
            return at;
        }

        @Override
        public int getBytesRemainingInBuffer() {
            return end - at;
        }

        @Override
        public void consumeBuffer(int length) {
            at += length;
        }

        @Override
        public TConfiguration getConfiguration() {
            return TConfiguration.DEFAULT;
        }

        @Override
        public void updateKnownMessageSize(long size) {
            // What is left in the array is the limit.
        }

        @Override
        public void checkReadBytesAvailable(long length) throws TTransportException {
            if (length < 0 || length > end - at) {
                throw new TTransportException(
                        TTransportException.END_OF_FILE, length + " bytes (expected: at most " + (end - at) + ")");
            }
        }
    }
}
