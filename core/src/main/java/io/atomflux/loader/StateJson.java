package io.atomflux.loader;

import io.atomflux.codec.Json;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StateMismatchException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * States as JSON, version 1:
 *
 * <pre>{@code
 * {"format": "atomflux-loader-state", "version": 1, "epoch": 0, "seed": 7, "end": "first",
 *  "sources": [{"store": "train.lmdb", "rows": 3000, "mark": "0123456789abcdef", "part": [0.0, 0.9], "partSeed": 0,
 *               "blockRows": 64, "blocks": 64, "weight": 1.0}],
 *  "length": 2700, "position": 64}
 * }</pre>
 *
 * <p>The end of a mixture is {@code first}, {@code all} or the number of samples. Members that are not known are passed over; what changes
 * the meaning of others would be another version. The position is written last, so that the text before it is made once.
 */
final class StateJson {

    private static final String FORMAT = "atomflux-loader-state";
    private static final long VERSION = 1;
    private static final int LONGEST = 4 << 20; // 256 stores with long names
    private static final int LONGEST_MARK = 64;
    private static final int MOST_SHOWN = 80;

    private StateJson() {}

    /** Returns the text up to the position. */
    static String beginning(EpochPlan plan, long length) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("version", VERSION);
        json.put("epoch", plan.epoch());
        json.put("seed", plan.seed());
        json.put(
                "end",
                switch (plan.end()) {
                    case FIRST_ENDS -> "first";
                    case ALL_SEEN -> "all";
                    case COUNT -> plan.samples();
                });
        json.put("sources", plan.sources().stream().map(StateJson::source).toList());
        json.put("length", length);
        String text = Json.write(json);
        return text.substring(0, text.length() - 1) + ",\"position\":";
    }

    /** Returns the whole text. */
    static String whole(String beginning, long position) {
        return beginning + position + '}';
    }

    private static Map<String, Object> source(SourcePlan plan) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("store", plan.store());
        json.put("rows", plan.size());
        json.put("mark", plan.mark());
        json.put("part", List.of(plan.from(), plan.to()));
        json.put("partSeed", plan.splitSeed());
        json.put("blockRows", (long) plan.blockRows());
        json.put("blocks", (long) plan.blocks());
        json.put("weight", plan.weight());
        return json;
    }

    static LoaderState read(String text) {
        if (text.length() > LONGEST) {
            throw bad("text", text.length() + " characters", "at most " + LONGEST);
        }
        Map<?, ?> json = object("text", tree(text));
        if (!FORMAT.equals(json.get("format"))) {
            throw bad("format", json.get("format"), FORMAT);
        }
        if (integer(json, "", "version", 1, Long.MAX_VALUE) != VERSION) {
            throw bad("version", json.get("version"), VERSION + "; a newer Atomflux wrote it");
        }
        List<SourcePlan> sources = new ArrayList<>();
        for (Object source : list("sources", json.get("sources"))) {
            if (sources.size() == Mixture.MOST_SOURCES) {
                throw bad("sources", "more", "at most " + Mixture.MOST_SOURCES);
            }
            sources.add(source("sources[%d]".formatted(sources.size()), source));
        }
        if (sources.isEmpty()) {
            throw bad("sources", "none", "at least one");
        }
        EpochPlan plan = plan(json, sources);
        long length = integer(json, "", "length", 0, Permutation.MOST);
        if (length != length(plan)) {
            throw bad("length", length, length(plan) + ", as rows, parts and weights have it");
        }
        return new LoaderState(plan, length, integer(json, "", "position", 0, length));
    }

    private static @Nullable Object tree(String text) {
        try {
            return Json.readPlain(text);
        } catch (IllegalArgumentException e) {
            throw bad("text", e.getMessage(), "what toJson() gave");
        }
    }

    private static long length(EpochPlan plan) {
        try {
            return Sequence.of(plan).length();
        } catch (LimitExceededException e) {
            throw bad("sources", e.getMessage(), "fewer rows");
        }
    }

    private static EpochPlan plan(Map<?, ?> json, List<SourcePlan> sources) {
        long epoch = integer(json, "", "epoch", 0, Long.MAX_VALUE);
        long seed = integer(json, "", "seed", Long.MIN_VALUE, Long.MAX_VALUE);
        Object end = json.get("end");
        if ("first".equals(end)) {
            return new EpochPlan(epoch, seed, sources, MixtureEnd.FIRST_ENDS, 0);
        } else if ("all".equals(end)) {
            return new EpochPlan(epoch, seed, sources, MixtureEnd.ALL_SEEN, 0);
        } else if (end instanceof Long samples && samples > 0 && samples <= Permutation.MOST) {
            return new EpochPlan(epoch, seed, sources, MixtureEnd.COUNT, samples);
        }
        throw bad("end", end, "\"first\", \"all\" or an integer from 1 to 2^62");
    }

    private static SourcePlan source(String where, @Nullable Object value) {
        Map<?, ?> json = object(where, value);
        String prefix = where + ".";
        long rows = integer(json, prefix, "rows", 0, Permutation.MOST);
        String mark = text(json, prefix, "mark");
        if (mark.length() > LONGEST_MARK || mark.isEmpty() != (rows == 0)) {
            throw bad(prefix + "mark", mark, "a short text; an empty one if there are no rows");
        }
        List<?> part = list(prefix + "part", json.get("part"));
        if (part.size() != 2) {
            throw bad(prefix + "part", part, "two numbers");
        }
        double from = number(prefix + "part[0]", part.get(0));
        double to = number(prefix + "part[1]", part.get(1));
        if (!(from >= 0 && from < to && to <= 1)) {
            throw bad(prefix + "part", part, "ascending numbers from 0 to 1");
        }
        double weight = number(prefix + "weight", json.get("weight"));
        if (!Mixture.isWeight(weight)) {
            throw bad(prefix + "weight", weight, "1e-12 to 1e12");
        }
        return new SourcePlan(
                text(json, prefix, "store"),
                rows,
                mark,
                from,
                to,
                integer(json, prefix, "partSeed", Long.MIN_VALUE, Long.MAX_VALUE),
                (int) integer(json, prefix, "blockRows", 0, Integer.MAX_VALUE),
                (int) integer(json, prefix, "blocks", 1, Integer.MAX_VALUE),
                weight);
    }

    private static Map<?, ?> object(String what, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw bad(what, value, "an object");
    }

    private static List<?> list(String what, @Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw bad(what, value, "a list");
    }

    private static String text(Map<?, ?> json, String prefix, String name) {
        if (json.get(name) instanceof String text) {
            return text;
        }
        throw bad(prefix + name, json.get(name), "a text");
    }

    private static long integer(Map<?, ?> json, String prefix, String name, long least, long most) {
        if (json.get(name) instanceof Long number && number >= least && number <= most) {
            return number;
        }
        throw bad(prefix + name, json.get(name), "an integer from %d to %d".formatted(least, most));
    }

    /** Takes integers too, which other programs make of 1.0. */
    private static double number(String what, @Nullable Object value) {
        if (value instanceof Double number) {
            return number;
        } else if (value instanceof Long number) {
            return number;
        }
        throw bad(what, value, "a number");
    }

    /** Shows of lists and objects how many they hold, not what: they may be large. */
    private static StateMismatchException bad(String what, @Nullable Object found, Object expected) {
        Object shown = found instanceof List<?> list
                ? "a list of " + list.size()
                : found instanceof Map<?, ?> map ? "an object of " + map.size() : found;
        if (shown instanceof String text && text.length() > MOST_SHOWN) {
            shown = text.substring(0, MOST_SHOWN) + '…';
        }
        return new StateMismatchException(what, shown, expected);
    }
}
