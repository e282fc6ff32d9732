package io.atomflux.hub.net;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets connections go to public addresses only, or to such as the hub's own is.
 *
 * <p>It stands where names become the addresses that are connected to, so that a name cannot be harmless when it is looked at
 * and another when it is used; addresses that are written out pass through it as well. A hub on this machine may point to
 * this machine, one of an organisation into its network; neither to where clouds keep credentials. For many threads.
 */
final class AddressGuard extends AddressResolverGroup<InetSocketAddress> {

    private final String home;
    private final AddressResolverGroup<InetSocketAddress> names;
    private final Set<Addresses.Reach> allowed = ConcurrentHashMap.newKeySet();

    AddressGuard(URI endpoint, AddressResolverGroup<InetSocketAddress> names) {
        this.home = Addresses.bare(endpoint.getHost());
        this.names = names;
        allowed.add(Addresses.Reach.PUBLIC);
        InetAddress literal = Addresses.literal(home);
        if (literal != null) {
            allow(Addresses.reach(literal));
        }
    }

    private void allow(Addresses.Reach reach) {
        if (reach != Addresses.Reach.NOBODY) {
            allowed.add(reach);
        }
    }

    /** Refuses addresses that are written out, where nobody resolves them: behind a proxy. */
    void check(URI target) throws RefusedAddressException {
        InetAddress literal = Addresses.literal(target.getHost());
        if (literal != null) {
            check(literal);
        }
        // By RFC 6761 section 6.3 these names are this machine's.
        String host = Addresses.bare(target.getHost());
        boolean local = host.equalsIgnoreCase("localhost")
                || host.toLowerCase(java.util.Locale.ROOT).endsWith(".localhost");
        if (local && !host.equalsIgnoreCase(home) && !allowed.contains(Addresses.Reach.LOOPBACK)) {
            throw new RefusedAddressException(Addresses.Reach.LOOPBACK);
        }
    }

    private void check(InetAddress address) throws RefusedAddressException {
        Addresses.Reach reach = Addresses.reach(address);
        if (!allowed.contains(reach)) {
            throw new RefusedAddressException(reach);
        }
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        AddressResolver<InetSocketAddress> resolver = names.getResolver(executor);
        return new AddressResolver<>() {

            @Override
            public boolean isSupported(SocketAddress address) {
                return address instanceof InetSocketAddress;
            }

            /** Always false, so that each address comes to be resolved, and looked at. */
            @Override
            public boolean isResolved(SocketAddress address) {
                return false;
            }

            @Override
            public Future<InetSocketAddress> resolve(SocketAddress address) {
                return resolve(address, executor.newPromise());
            }

            @Override
            public Future<InetSocketAddress> resolve(SocketAddress address, Promise<InetSocketAddress> promise) {
                resolveAll(address).addListener((FutureListener<List<InetSocketAddress>>) found -> {
                    if (found.isSuccess()) {
                        promise.trySuccess(found.getNow().get(0));
                    } else {
                        promise.tryFailure(found.cause());
                    }
                });
                return promise;
            }

            @Override
            public Future<List<InetSocketAddress>> resolveAll(SocketAddress address) {
                return resolveAll(address, executor.newPromise());
            }

            @Override
            public Future<List<InetSocketAddress>> resolveAll(
                    SocketAddress address, Promise<List<InetSocketAddress>> promise) {
                InetSocketAddress wanted = (InetSocketAddress) address;
                InetAddress literal =
                        wanted.isUnresolved() ? Addresses.literal(wanted.getHostString()) : wanted.getAddress();
                if (literal != null) {
                    pass(wanted, List.of(new InetSocketAddress(literal, wanted.getPort())), promise);
                    return promise;
                }
                resolver.resolveAll(wanted).addListener((FutureListener<List<InetSocketAddress>>) found -> {
                    if (found.isSuccess()) {
                        pass(wanted, found.getNow(), promise);
                    } else {
                        promise.tryFailure(found.cause());
                    }
                });
                return promise;
            }

            @Override
            public void close() {
                // The resolver below belongs to its group, which closes it.
            }
        };
    }

    private void pass(
            InetSocketAddress wanted, List<InetSocketAddress> found, Promise<List<InetSocketAddress>> promise) {
        if (wanted.getHostString().equalsIgnoreCase(home)) {
            for (InetSocketAddress address : found) {
                allow(Addresses.reach(address.getAddress()));
            }
        }
        List<InetSocketAddress> good = new ArrayList<>(found.size());
        @Nullable RefusedAddressException refused = null;
        for (InetSocketAddress address : found) {
            try {
                check(address.getAddress());
                good.add(address);
            } catch (RefusedAddressException e) {
                refused = e;
            }
        }
        if (good.isEmpty()) {
            promise.tryFailure(refused != null ? refused : new java.net.UnknownHostException(wanted.getHostString()));
        } else {
            promise.trySuccess(good);
        }
    }
}
