package io.atomflux.recorder;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A recording in memory at one instant; immutable. Later instants share its array as long as nothing is cut off: they add
 * behind its end only.
 *
 * @param <F> the kind of frame
 */
final class MemoryRun<F> {

    private static final int FIRST_ROOM = 16;

    private final FrameKind<F> kind;
    private final int step;
    private final Object[] samples; // those before the size are this instant's
    private final Progress progress;

    private MemoryRun(FrameKind<F> kind, int step, Object[] samples, Progress progress) {
        this.kind = kind;
        this.step = step;
        this.samples = samples;
        this.progress = progress;
    }

    static <F> MemoryRun<F> first(FrameKind<F> kind, RecordingPlan plan) {
        return new MemoryRun<>(
                kind,
                plan.chunk(),
                new Object[FIRST_ROOM],
                new Progress(
                        newId(),
                        0,
                        0,
                        RecordingStatus.OPEN,
                        OptionalLong.empty(),
                        OptionalDouble.empty(),
                        "",
                        plan.attributes()));
    }

    /** Returns this run as another recorder continues it; without some of its samples it is another run. */
    MemoryRun<F> resumed(RecordingPlan plan) {
        int keep = size();
        if (plan.cutFrom().isPresent()) {
            while (keep > 0 && sample(keep - 1).iteration() >= plan.cutFrom().getAsLong()) {
                keep--;
            }
        }
        Map<String, Object> attributes = new HashMap<>(progress.attributes());
        attributes.putAll(plan.attributes());
        boolean cut = keep < size();
        Object[] kept = !cut ? samples : Arrays.copyOf(samples, Math.max(keep, FIRST_ROOM));
        if (cut) {
            Arrays.fill(kept, keep, kept.length, null);
        }
        return new MemoryRun<>(
                kind,
                plan.chunk(),
                kept,
                at(
                        cut ? newId() : progress.id(),
                        kept,
                        keep,
                        progress.generation() + (cut ? 1 : 0),
                        RecordingStatus.OPEN,
                        attributes));
    }

    MemoryRun<F> with(List<Sample<F>> more) {
        int size = size();
        Object[] all = samples;
        if (size + more.size() > all.length) {
            all = Arrays.copyOf(all, Math.max(size + more.size(), all.length + (all.length >> 1)));
        }
        for (Sample<F> sample : more) {
            all[size++] = sample;
        }
        return new MemoryRun<>(
                kind,
                step,
                all,
                at(progress.id(), all, size, progress.generation() + 1, RecordingStatus.OPEN, progress.attributes()));
    }

    MemoryRun<F> ended(RecordingStatus status) {
        return new MemoryRun<>(
                kind,
                step,
                samples,
                at(progress.id(), samples, size(), progress.generation(), status, progress.attributes()));
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }

    private Progress at(
            String id,
            Object[] all,
            int size,
            long generation,
            RecordingStatus status,
            Map<String, Object> attributes) {
        if (size == 0) {
            return new Progress(
                    id, 0, generation, status, OptionalLong.empty(), OptionalDouble.empty(), "", attributes);
        }
        Sample<F> last = sample(all, size - 1);
        return new Progress(
                id,
                size,
                generation,
                status,
                OptionalLong.of(last.iteration()),
                OptionalDouble.of(last.time()),
                kind.layout(last.frame()),
                attributes);
    }

    int size() {
        return (int) progress.committed();
    }

    int step() {
        return step;
    }

    Progress progress() {
        return progress;
    }

    Sample<F> sample(int position) {
        return sample(samples, position);
    }

    @SuppressWarnings("unchecked") // only samples of this kind are put in
    private static <F> Sample<F> sample(Object[] all, int position) {
        return (Sample<F>) all[position];
    }
}
