package io.atomflux.redis;

import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What the layout asks of Redis; hides whether that is one server, a sentinel's primary or a cluster.
 *
 * <p>Each call is sent once, in the order of subscription on one connection, and never again by the driver. Replies are
 * {@code Long}, {@code byte[]}, {@code List} of replies, or null inside a list; a nil reply is an empty {@code Mono}.
 *
 * <p>Errors: {@link Unanswered} when the command may or may not have been executed; of the {@code AtomfluxException} family
 * (unreachable, access, full, wrong type …) when it was certainly not; {@link ScriptRefused} when a script of ours answered
 * with an error of its own.
 */
interface Commands {

    /**
     * Runs a script by its hash; a server that lost it is given it again (the script was not run then).
     *
     * @param keys all keys it touches as far as known beforehand; on a cluster all of one slot
     * @return cold; signals on a thread that may decode: replies above 64 KiB leave the driver's event loop first
     */
    Mono<Object> eval(Script script, List<byte[]> keys, List<byte[]> arguments);

    /** Sends one command on the server that owns the key. */
    Mono<Object> call(byte[] key, Command command, List<byte[]> arguments);

    /** Finds keys by glob pattern, on all servers; may repeat some; cold, cursors are followed by demand. */
    Flux<byte[]> scan(String pattern);

    /** Reads one setting of the server, e.g. {@code maxmemory-policy}; empty where the server does not tell. */
    Mono<String> setting(String name);

    /** A plain command beside scripts. */
    enum Command {
        TYPE,
        LLEN,
        LRANGE,
        SMEMBERS,
        HGET,
        HMGET,
        HGETALL
    }

    /** The reply was lost: executed once, later, or never. */
    final class Unanswered extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unanswered(@Nullable Throwable cause) {
            super("no reply", cause);
        }
    }

    /** A script answered with an error of its own, {@code ERR atomflux CODE detail}; nothing was done. */
    final class ScriptRefused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String code;
        private final String detail;

        ScriptRefused(String code, String detail) {
            super(code + " " + detail);
            this.code = code;
            this.detail = detail;
        }

        String code() {
            return code;
        }

        String detail() {
            return detail;
        }
    }
}
