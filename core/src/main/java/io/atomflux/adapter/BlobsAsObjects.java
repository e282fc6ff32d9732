package io.atomflux.adapter;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Row;

/** Typed values over raw bytes; a row decodes only what is asked for. */
final class BlobsAsObjects extends ConvertedBackend<BlobRow, Row> {

    BlobsAsObjects(RowBackend<BlobRow> backend) {
        super(backend, Row.class);
    }

    @Override
    Row read(BlobRow row, long position) {
        return NumpyMsgpack.decode(row, name(), position);
    }

    @Override
    BlobRow written(Row row) {
        return NumpyMsgpack.encode(row);
    }

    @Override
    RowBackend<Row> converted(RowBackend<BlobRow> other) {
        return new BlobsAsObjects(other);
    }
}
