package io.atomflux.adapter;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Row;

/** Raw bytes over typed values; what is written must be msgpack, and is read back re-encoded. */
final class ObjectsAsBlobs extends ConvertedBackend<Row, BlobRow> {

    ObjectsAsBlobs(RowBackend<Row> backend) {
        super(backend, BlobRow.class);
    }

    @Override
    BlobRow read(Row row, long position) {
        return NumpyMsgpack.encode(row);
    }

    @Override
    Row written(BlobRow row) {
        Row decoded = NumpyMsgpack.decode(row, name(), -1);
        for (int i = 0; i < decoded.size(); i++) {
            decoded.valueAt(i); // malformed bytes are refused now, not by a later reader
        }
        return decoded;
    }

    @Override
    RowBackend<BlobRow> converted(RowBackend<Row> other) {
        return new ObjectsAsBlobs(other);
    }
}
