package io.atomflux.file.columnar.recording;

import io.atomflux.value.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * What arrays a recording has.
 *
 * @param data those of the frames
 * @param time that of the times
 * @param chunk how many samples are in a chunk
 * @param text what all frames have in common, as the kind of frame tells it
 */
record Layout(List<Series> data, Series time, int chunk, String text) {

    static final String TIME = "time";

    /** One column of chunks and its number among all. */
    record Column(Series series, int column, int number) {}

    Layout {
        data = List.copyOf(data);
    }

    static Layout of(List<Series> data, DType time, int chunk, String text) {
        return new Layout(data, new Series(TIME, time, List.of(), 1), chunk, text);
    }

    /** Returns all arrays; that of the times is the last one. */
    List<Series> all() {
        List<Series> all = new ArrayList<>(data);
        all.add(time);
        return all;
    }

    List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        for (Series series : all()) {
            for (int column = 0; column < series.columns(); column++) {
                columns.add(new Column(series, column, columns.size()));
            }
        }
        return columns;
    }

    /** Returns the number of the first column of an array. */
    int first(Series wanted) {
        int number = 0;
        for (Series series : all()) {
            if (series.equals(wanted)) {
                break;
            }
            number += series.columns();
        }
        return number;
    }

    /** Returns how many checksums there are for a stretch of times: of each column, and of the iterations as the last. */
    int checksums() {
        return all().stream().mapToInt(Series::columns).sum() + 1;
    }

    /** Returns how many of the samples of a stretch of times are below a number of them. */
    int filled(long stretch, long samples) {
        return (int) Math.max(0, Math.min(chunk, samples - stretch * chunk));
    }

    /** Returns in how many stretches of times so many samples are. */
    long stretches(long samples) {
        return samples == 0 ? 0 : (samples - 1) / chunk + 1;
    }
}
