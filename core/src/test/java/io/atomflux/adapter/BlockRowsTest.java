package io.atomflux.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.BlobIO;
import io.atomflux.ListBackend;
import io.atomflux.ObjectIO;
import io.atomflux.Store;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.spi.CacheOptions;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How many rows are read together, told through whatever stands before a store. */
class BlockRowsTest {

    /** A store whose rows lie in pieces of some length; of 0 it does not know; less fails. */
    private static ObjectIO pieces(int length) {
        return ObjectIO.of(new ListBackend() {
            @Override
            public OptionalInt blockRows() {
                if (length < 0) {
                    throw new StoreUnavailableException("list", "away", null);
                }
                return length == 0 ? OptionalInt.empty() : OptionalInt.of(length);
            }
        });
    }

    private static OptionalInt told(Store<?> store) {
        Integer rows = store.blockRows().block();
        return rows == null ? OptionalInt.empty() : OptionalInt.of(rows);
    }

    @Test
    @DisplayName("views of another kind and for reading only pass it on")
    void passedOn() {
        ObjectIO store = pieces(20);
        assertThat(told(store)).hasValue(20);
        assertThat(told(store.readOnly())).hasValue(20);
        assertThat(told(store.atoms())).hasValue(20);
        BlobIO blobs = store.blobs();
        assertThat(told(blobs)).hasValue(20);
        assertThat(told(blobs.readOnly().objects())).hasValue(20);
        assertThat(told(pieces(0))).isEmpty();
    }

    @Test
    @DisplayName("of several stores the greatest counts, and those that do not know do not")
    void greatest() {
        assertThat(told(ObjectIO.concat(pieces(0), pieces(20), pieces(7)))).hasValue(20);
        assertThat(told(ObjectIO.concat(pieces(0), pieces(0)))).isEmpty();
    }

    @Test
    @DisplayName("a cache tells what its source does; unreachable, that is unknown if the cache is to work without")
    void cached() {
        assertThat(told(pieces(20).cached(pieces(7)))).hasValue(20);
        assertThat(told(pieces(0).cached(pieces(7)))).isEmpty();
        assertThatThrownBy(() -> told(pieces(-1).cached(pieces(7)))).isInstanceOf(StoreUnavailableException.class);
        CacheOptions offline = CacheOptions.defaults().withValidation(CacheOptions.Validation.NEVER);
        assertThat(told(pieces(-1).cached(pieces(7), offline))).isEmpty();
    }
}
