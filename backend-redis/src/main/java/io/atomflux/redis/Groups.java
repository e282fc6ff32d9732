package io.atomflux.redis;

import io.atomflux.error.InvalidNameException;
import io.atomflux.redis.Commands.Command;
import io.atomflux.spi.Names;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The groups of one place: whatever has a list {@code <group>:sort_keys} (asebytes 0.3 Redis layout), and those that were
 * emptied by this library, of which {@code <group>:atomflux:ctl} is left.
 *
 * <p>On a cluster a group {@code g} lives under {@code {g}}, so that all its keys share a slot.
 */
final class Groups {

    /** Both endings at once, so that the keys are gone through once; row keys end in digits. */
    private static final String PATTERN = "*[ec][yt][sl]";

    private static final Map<String, String> TYPES = Map.of(":sort_keys", "list", ":atomflux:ctl", "hash");
    private static final int AT_ONCE = 32;

    private Groups() {}

    /**
     * Accepts a group's name, or refuses it.
     *
     * @throws InvalidNameException if {@link Names#group} refuses it; on a cluster also if it begins with a closing brace:
     *     its keys would be scattered
     */
    static String accepted(String group, boolean braces) {
        String name = Names.group(group);
        if (braces && name.startsWith("}")) {
            throw new InvalidNameException("group", name, "no } at its beginning on a cluster");
        }
        return name;
    }

    /**
     * Lists the groups that can be opened, each once, sorted.
     *
     * @param braces whether names stand in braces, and only such are meant
     * @return cold; collects the names before it tells any
     */
    static Flux<String> list(Commands commands, boolean braces) {
        return commands.scan(PATTERN)
                .concatMap(
                        key -> Flux.fromIterable(TYPES.keySet()).mapNotNull(ending -> candidate(key, ending, braces)))
                .flatMap(candidate -> typed(commands, candidate), AT_ONCE, 1)
                .distinct()
                .sort();
    }

    private static Mono<String> typed(Commands commands, Candidate candidate) {
        return commands.call(candidate.key(), Command.TYPE, List.of())
                .filter(type -> candidate.type().equals(new String((byte[]) type, StandardCharsets.US_ASCII)))
                .map(type -> candidate.group());
    }

    private record Candidate(byte[] key, String type, String group) {}

    private static @Nullable Candidate candidate(byte[] key, String ending, boolean braces) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key))
                    .toString();
            if (!text.endsWith(ending)) {
                return null;
            }
            String prefix = text.substring(0, text.length() - ending.length());
            if (braces && !(prefix.startsWith("{") && prefix.endsWith("}") && prefix.length() > 2)) {
                return null;
            }
            String group = accepted(braces ? prefix.substring(1, prefix.length() - 1) : prefix, braces);
            return new Candidate(key, TYPES.getOrDefault(ending, ""), group);
        } catch (CharacterCodingException | InvalidNameException e) {
            return null; // another program's: no group of ours has such a name
        }
    }
}
