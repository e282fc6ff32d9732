package io.atomflux.recorder;

import reactor.core.publisher.Flux;

/**
 * The wanted times in their order, cut where chunks end.
 *
 * @param ordinal the first of the wanted times
 * @param count how many of them
 * @param from the position of the one that lies first
 * @param to the position behind the one that lies last
 */
record PartWindows(long ordinal, int count, long from, long to) {

    /**
     * Cuts the wanted times.
     *
     * @param step times of a chunk
     */
    static Flux<PartWindows> of(Part.Axis time, long step) {
        return Flux.generate(() -> 0L, (ordinal, sink) -> {
            if (ordinal >= time.count()) {
                sink.complete();
                return ordinal;
            }
            PartWindows window = at(time, ordinal, step);
            sink.next(window);
            return ordinal + window.count();
        });
    }

    private static PartWindows at(Part.Axis time, long ordinal, long step) {
        long position = time.at(ordinal);
        long room = time.step() > 0 ? step - 1 - position % step : position % step;
        long count = 1; // the step of one that is alone is 1, whatever was written
        if (time.count() > 1) {
            count = Math.min(time.count() - ordinal, room / Math.abs(time.step()) + 1);
        }
        long last = time.at(ordinal + count - 1);
        return new PartWindows(ordinal, (int) count, Math.min(position, last), Math.max(position, last) + 1);
    }
}
