package io.atomflux.redis;

import io.atomflux.error.InvalidNameException;
import io.atomflux.redis.Commands.Command;
import io.atomflux.spi.Names;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The groups of one place: whatever has a list {@code <group>:sort_keys} (asebytes 0.3 Redis layout).
 *
 * <p>On a cluster a group {@code g} lives under {@code {g}}, so that all its keys share a slot.
 */
final class Groups {

    private static final String LIST = ":sort_keys";
    private static final byte[] TYPE = "list".getBytes(StandardCharsets.US_ASCII);
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
     * Lists the groups that can be opened, each once, in no order.
     *
     * @param braces whether names stand in braces, and only such are meant
     * @return cold; remembers the names it has told, as the server may repeat some
     */
    static Flux<String> list(Commands commands, boolean braces) {
        return commands.scan("*" + LIST)
                .flatMap(
                        key -> commands.call(key, Command.TYPE, List.of())
                                .filter(type -> Arrays.equals(TYPE, (byte[]) type))
                                .flatMap(type -> Mono.justOrEmpty(name(key, braces))),
                        AT_ONCE,
                        1)
                .distinct();
    }

    private static Optional<String> name(byte[] key, boolean braces) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(key))
                    .toString();
            String prefix = text.substring(0, text.length() - LIST.length());
            if (braces && !(prefix.startsWith("{") && prefix.endsWith("}") && prefix.length() > 2)) {
                return Optional.empty();
            }
            return Optional.of(accepted(braces ? prefix.substring(1, prefix.length() - 1) : prefix, braces));
        } catch (CharacterCodingException | InvalidNameException e) {
            return Optional.empty(); // another program's: no group of ours has such a name
        }
    }
}
